"""Arrays of float32 in .npy files, with the standard library alone."""

import array
import ast
import struct

MAGIC = b'\x93NUMPY\x01\x00'
PREFIX = len(MAGIC) + 2  # and the header's length, two bytes


def write(path, shape, values):
    """Writes `values`, floats in row-major order, as float32."""
    sizes = ''.join(f'{size}, ' for size in shape)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes})}}"
    header += ' ' * (-(PREFIX + len(header) + 1) % 64) + '\n'
    with open(path, 'wb') as file:
        file.write(MAGIC + struct.pack('<H', len(header)))
        file.write(header.encode('ascii'))
        array.array('f', values).tofile(file)


def read(path):
    """(shape, values) of a float32 file in row-major order."""
    with open(path, 'rb') as file:
        data = file.read()
    if data[:len(MAGIC)] != MAGIC:
        raise ValueError(f'{path}: not a .npy file of version 1.0')
    end = PREFIX + struct.unpack('<H', data[len(MAGIC):PREFIX])[0]
    header = ast.literal_eval(data[PREFIX:end].decode('ascii'))
    if header['descr'] != '<f4' or header['fortran_order']:
        raise ValueError(f'{path}: not float32 in row-major order')
    values = array.array('f')
    values.frombytes(data[end:])
    return header['shape'], values
