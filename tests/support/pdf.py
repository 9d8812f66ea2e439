"""What a PDF holds."""

import re
import zlib


def streams(pdf: bytes) -> list[bytes]:
    """What the streams of a PDF hold, unpacked where they are packed.

    A packed stream may end in any byte, a line's end among them; what follows its own end is left out.
    """
    found = re.findall(rb"stream\r?\n(.*?)\nendstream", pdf, re.DOTALL)
    return [zlib.decompressobj().decompress(one) if one[:1] == b"x" else one for one in found]
