"""Base58 with Bitcoin's alphabet, as multibase `z` writes keys and signatures."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


def base58(content: bytes) -> str:
    """The content in letters; each leading zero byte is a leading 1."""
    number, letters = int.from_bytes(content), ""
    while number:
        number, value = divmod(number, 58)
        letters = _ALPHABET[value] + letters
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + letters


def unbase58(letters: str) -> bytes:
    """What the letters stand for; a letter outside the alphabet is a ValueError."""
    number = 0
    for letter in letters:
        if letter not in _VALUES:
            raise ValueError(letter)
        number = number * 58 + _VALUES[letter]
    zeros = len(letters) - len(letters.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
