#!/usr/bin/env python3
"""
Writes what names need of RFC 3454: the repertoire of Unicode 3.2 as lib/jid/unicode-3-2.ts, and what nodeprep
(RFC 6122 appendix A) makes of each of its code points as spec/fixtures/vectors/nodeprep.txt.

Source: the modules `stringprep`, which Python's makers generate from the text of RFC 3454, and
`unicodedata.ucd_3_2_0`. Run it in the root of this project; neither file changes unless this script does.
"""
import stringprep as rfc
from unicodedata import ucd_3_2_0 as unicode

PROHIBITED = [
    rfc.in_table_c11_c12, rfc.in_table_c21_c22, rfc.in_table_c3, rfc.in_table_c4, rfc.in_table_c5,
    rfc.in_table_c6, rfc.in_table_c7, rfc.in_table_c8, rfc.in_table_c9, lambda c: c in "\"&'/:<>@",
]


def fold(character):
    # Python's table B.3 knows small letters that are younger than Unicode 3.2, and so than the RFC.
    folded = rfc.map_table_b3(character)
    return character if any(map(rfc.in_table_a1, folded)) else folded


def map_table_b2(character):
    folded = fold(character)
    composed = unicode.normalize('NFKC', folded)
    closed = unicode.normalize('NFKC', ''.join(map(fold, composed)))
    return folded if closed == composed else closed


def nodeprep(character):
    """Returns None for a prohibited code point. Leaves the rules on directions out: they are about whole names."""
    mapped = '' if rfc.in_table_b1(character) else map_table_b2(character)
    prepared = unicode.normalize('NFKC', mapped)
    return None if any(test(c) for c in prepared for test in PROHIBITED) else prepared


def ranges(values):
    """Yields (first, last, value) for code points in a row that share a value."""
    start = None
    for code, value in enumerate([*values, object()]):
        if start is None or value != found:
            if start is not None:
                yield start, code - 1, found
            start, found = code, value


def codes(text):
    return ' '.join(f'{ord(c):04x}' for c in text)


characters = [None if 0xD800 <= code < 0xE000 else chr(code) for code in range(0x110000)]

unassigned = [c is not None and rfc.in_table_a1(c) for c in characters]
with open('lib/jid/unicode-3-2.ts', 'w') as out:
    out.write('''// Written by scripts/rfc-3454.py: change it there.

/** Code points that Unicode 3.2 does not know (RFC 3454 table A.1), for a character class with the flags `u`. */
export const UNASSIGNED = [
''')
    line = ''
    for first, last, value in ranges(unassigned):
        if value:
            item = ''.join(f'\\\\u{{{code:x}}}' for code in (first, last)[: 1 + (first != last)]).replace('}\\', '}-\\')
            if len(line + item) > 100:
                out.write(f"  '{line}',\n")
                line = ''
            line += item
    out.write(f"  '{line}',\n].join('')\n")


def verdict(code, character):
    if character is None or unassigned[code]:
        return 'unassigned'
    prepared = nodeprep(character)
    if prepared is None:
        return 'prohibited'
    return 'kept' if prepared == character else codes(prepared) or 'nothing'


with open('spec/fixtures/vectors/nodeprep.txt', 'w') as out:
    out.write('# Written by scripts/rfc-3454.py: code points, and what nodeprep makes of each alone\n')
    for first, last, found in ranges(verdict(*item) for item in enumerate(characters)):
        out.write(f'{first:04x}{f"-{last:04x}" if first != last else ""} {found}\n')
