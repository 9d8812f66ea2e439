"""Puts a credential into a picture and takes it out again, without drawing or encoding the picture anew.

A PNG carries it in exactly one uncompressed iTXt chunk `openbadgecredential`, an SVG in `openbadges:credential`.
"""

from PIL import Image


def bake_png(png: bytes, credential: str) -> bytes:
    """The picture with the credential (compact JWS, or JSON with its proof) in place of any it had."""
    raise NotImplementedError


def unbake_png(png: bytes) -> str:
    """The credential of a PNG, ours or foreign; no picture, none, two, or too large: each refused by its name."""
    raise NotImplementedError


def bake_svg(svg: str, credential: str) -> str:
    """The SVG with the credential in place of any it had."""
    raise NotImplementedError


def unbake_svg(svg: bytes) -> str:
    """The credential of an SVG, refused as `unbake_png` does."""
    raise NotImplementedError


def unbake(picture: bytes) -> str:
    """The credential of a PNG or SVG, told apart by their first bytes."""
    raise NotImplementedError


def resave(before: bytes, image: Image.Image) -> bytes:
    """The image as PNG with the credential that `before` carried, if any: for every place that changes a picture."""
    raise NotImplementedError
