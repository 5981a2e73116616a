#!/usr/bin/python3
"""Fails if the objects of one instruction set could lend code to the rest of a
program, or borrow any: the linker keeps one copy of a weak function, and if
that is the copy of a file compiled for a newer CPU, older ones crash.

    defined    the table octet::k<Isa>Table and functions of octet::<isa>
    weak       none
    undefined  those, and what compilers call by themselves

scalar, which is compiled like the rest of the program, for the oldest CPU, may
also share gemmlowp's functions.

usage: object_symbols.py NM ISA OBJECT...
"""

import re
import subprocess
import sys

from source_files import report

# memcpy and its kin, 64-bit division on 32-bit CPUs, stack protection,
# position-independent code. Nothing of the C++ library, no allocation.
RUNTIME = re.compile(
    r'(mem(cpy|set|move|cmp)|__mem\w+_chk|__stack_chk_(fail|guard)'
    r'|__aeabi_\w+|__u?(div|mod)[dt]i[34]|_GLOBAL_OFFSET_TABLE_)$')


# What scalar may share: inline functions of gemmlowp, and the assert in them.
PORTABLE = re.compile(r'(_ZNK?8gemmlowp\w+|__assert_fail|__assert)$')


def own_symbol(isa):
    """The mangled names that belong to an instruction set."""
    table = f'k{isa}Table'
    # _ZN5octet4avx2...: something inside octet::avx2. The table is in octet.
    return re.compile(
        rf'_ZNK?5octet({len(isa)}{isa}|{len(table)}{table}E)', re.IGNORECASE)


def check_symbols(isa, listing):
    """listing: lines of `nm --format=posix`: name, type, value, size."""
    own = own_symbol(isa)
    problems = []
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) < 2 or line.endswith(':'):
            continue
        name, kind = fields[0], fields[1]
        if isa == 'scalar' and kind in 'WVU' and PORTABLE.match(name):
            continue
        if kind in 'WwVvu':
            problems.append(f'{isa}: {name} is weak')
        elif kind == 'U':
            if not own.match(name) and not RUNTIME.match(name):
                problems.append(f'{isa}: {name} is borrowed')
        elif kind.isupper() and kind != 'N' and not own.match(name):
            problems.append(f'{isa}: {name} is exported')
    return problems


def main(nm, isa, objects):
    listing = subprocess.run([nm, '--format=posix', *objects],
                             capture_output=True, check=True, text=True).stdout
    problems = check_symbols(isa, listing)
    if f'k{isa}table' not in listing.lower():
        problems.append(f'{isa}: there is no table')
    return report(problems)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
