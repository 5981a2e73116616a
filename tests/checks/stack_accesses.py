#!/usr/bin/python3
"""Fails if an innermost loop that multiplies keeps vectors on the stack: g++ 12
spills accumulators of AVX-512 that clang keeps in registers, at half the speed.

    loop       of the control flow, not of the order of addresses
    innermost  no loop in it multiplies
    stack      a vector register and an address relative to rsp, or to rbp where
               that is the frame pointer

usage: stack_accesses.py OBJDUMP MULTIPLICATION OBJECT...
       stack_accesses.py OBJDUMP MULTIPLICATION --compile COMPILER [FLAG...]
                         -- FILE...
The second form compiles the .cc files first, for another compiler than that of
the build.
"""

import os
import re
import subprocess
import sys
import tempfile

from source_files import report

FUNCTION = re.compile(r'^[0-9a-f]+ <(.*)>:$')
INSTRUCTION = re.compile(r'^\s*([0-9a-f]+):\s+(?:\{vex\}\s+)?(\S+)\s*(.*)$')
TARGET = re.compile(r'^([0-9a-f]+) <')
VECTOR = re.compile(r'%[xyz]mm')


def functions(listing):
    """Yields (name, [(address, mnemonic, operands)])."""
    name, body = None, []
    for line in listing.splitlines():
        start = FUNCTION.match(line)
        if start:
            if body:
                yield name, body
            name, body = start.group(1), []
            continue
        instruction = INSTRUCTION.match(line)
        if instruction:
            address, mnemonic, operands = instruction.groups()
            body.append((int(address, 16), mnemonic, operands))
    if body:
        yield name, body


def flow(body):
    """For each instruction of a function, the ones that may follow."""
    index = {address: i for i, (address, _, _) in enumerate(body)}
    following = []
    for i, (_, mnemonic, operands) in enumerate(body):
        after = []
        target = TARGET.match(operands)
        if mnemonic.startswith('j') and target:
            to = index.get(int(target.group(1), 16))
            if to is not None:
                after.append(to)
        falls = not mnemonic.startswith(('jmp', 'ret', 'ud2'))
        if falls and i + 1 < len(body):
            after.append(i + 1)
        following.append(after)
    return following


def components(following, nodes):
    """Tarjan's strongly connected components of `nodes` that have an edge."""
    found, stack, number, low = [], [], {}, {}
    for root in sorted(nodes):
        if root in number:
            continue
        work = [(root, None)]
        while work:
            node, edges = work.pop()
            if edges is None:
                number[node] = low[node] = len(number)
                stack.append(node)
                edges = iter([n for n in following[node] if n in nodes])
            for after in edges:
                if after not in number:
                    work.append((node, edges))
                    work.append((after, None))
                    break
                if after in stack:
                    low[node] = min(low[node], low[after])
            else:
                if low[node] == number[node]:
                    members = set(stack[stack.index(node):])
                    del stack[stack.index(node):]
                    if len(members) > 1 or node in following[node]:
                        found.append(members)
                if work:
                    outer = work[-1][0]
                    low[outer] = min(low[outer], low[node])
    return found


def innermost_loops(following, multiplies, nodes):
    """The loops within `nodes` that multiply, without loops around those."""
    loops = []
    for loop in components(following, nodes):
        if not loop & multiplies:
            continue
        # Without its entries, what is left of a loop are the loops inside.
        outside = set(range(len(following))) - loop
        entries = {n for o in outside for n in following[o]} & loop
        inside = innermost_loops(following, multiplies,
                                 loop - (entries or {min(loop)}))
        loops += inside or [loop]
    return loops


def check_listing(listing, multiplication):
    """listing: of `objdump -d --no-show-raw-insn`. Returns problems and the
    number of loops that multiply."""
    problems, count = [], 0
    for name, body in functions(listing):
        multiplies = {i for i, (_, mnemonic, _) in enumerate(body)
                      if mnemonic == multiplication}
        if not multiplies:
            continue
        # A frame pointer that realigns the stack is set up at the beginning.
        framed = any(mnemonic == 'mov' and operands == '%rsp,%rbp'
                     for _, mnemonic, operands in body)
        stack = re.compile(r'\(%r[sb]p' if framed else r'\(%rsp')
        for loop in innermost_loops(flow(body), multiplies,
                                    set(range(len(body)))):
            count += 1
            accesses = sum(1 for i in loop if stack.search(body[i][2])
                           and VECTOR.search(body[i][2]))
            if accesses:
                problems.append(f'{name}: a loop of {len(loop)} instructions '
                                f'reads or writes vectors on the stack: '
                                f'{accesses}')
    return problems, count


def listing_of(objdump, path):
    return subprocess.run([objdump, '-d', '--no-show-raw-insn', path],
                          capture_output=True, check=True, text=True).stdout


def compiled_listings(objdump, command, files):
    with tempfile.TemporaryDirectory() as folder:
        to = os.path.join(folder, 'object.o')
        for path in files:
            subprocess.run([*command, '-c', path, '-o', to], check=True)
            yield listing_of(objdump, to)


def main(objdump, multiplication, arguments):
    if arguments[0] == '--compile':
        end = arguments.index('--')
        files = [f for f in arguments[end + 1:] if f.endswith('.cc')]
        listings = compiled_listings(objdump, arguments[1:end], files)
    else:
        listings = (listing_of(objdump, path) for path in arguments)
    problems, count = [], 0
    for listing in listings:
        more, loops = check_listing(listing, multiplication)
        problems += more
        count += loops
    if count == 0:
        problems.append(f'no loop with {multiplication}')
    return report(problems)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
