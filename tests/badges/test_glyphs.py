"""What a designer may draw, and how a glyph that cannot be drawn is refused: by file and line."""

from pathlib import Path

import pytest

from thidua.badges.pictures.glyphs import GlyphError, Tone, glyph

ROOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200" fill="currentColor">'
LINE = 'stroke="currentColor" stroke-width="9"'


def written(folder: Path, *elements: str, root: str = ROOT) -> Path:
    file = folder / "glyph.svg"
    file.write_text("\n".join([root, *elements, "</svg>"]), encoding="utf-8")
    return file


def refused(folder: Path, *elements: str, root: str = ROOT) -> str:
    file = written(folder, *elements, root=root)
    with pytest.raises(GlyphError) as told:
        glyph(file)
    return str(told.value).removeprefix(f"{folder}/")


def test_the_six_elements_are_drawn_in_three_tones(tmp_path: Path) -> None:
    parts = glyph(
        written(
            tmp_path,
            '<path d="m -9 0 a 9 9 0 0 1 18 0 q 1 2 3 4 z" fill-rule="evenodd"/>',
            '<circle r="5" class="background"/>',
            '<rect x="-5" y="-5" width="10" height="10" rx="2" class="tint"/>',
            f'<line x1="0" y1="0" x2="5" y2="5" {LINE}/>',
            f'<polyline points="0,0 5,5 9,0" fill="none" {LINE}/>',
            '<polygon points="0 0 5 5 9 0"/>',
        )
    )

    assert [part.tone for part in parts][:3] == [Tone.WHITE, Tone.BACKGROUND, Tone.TINT]
    assert [part.is_filled for part in parts] == [True, True, True, False, False, True]
    assert [part.stroke for part in parts] == [0, 0, 0, 9, 9, 0]
    assert {step.verb for step in parts[0].path} <= set("MLQCZ")


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ('<ellipse rx="1"/>', "<ellipse> is not drawn here"),
        ("<g></g>", "<g> is not drawn here"),
        ("<script>1</script>", "<script> is not drawn here"),
        ('<image href="file:///etc/passwd"/>', "<image> is not drawn here"),
        ('<circle r="5" onload="x()"/>', "<circle> takes no onload"),
        ('<circle r="5" transform="scale(2)"/>', "<circle> takes no transform"),
        ('<circle r="5" fill="#ff0000"/>', 'fill="#ff0000" is not known'),
        ('<circle r="5" class="gold"/>', 'class="gold" is not known'),
        ("<circle/>", "<circle> needs r"),
        ('<circle r="five"/>', 'r="five" is not a number'),
        ('<circle r="nan"/>', "lies outside the view"),
        ('<rect width="1e9" height="1"/>', "lies outside the view"),
        ('<path d="M 0 0 L 999 0"/>', "d leads outside the view"),
        ('<path d="M 0 0 L"/>', "d cannot be read"),
        ('<path d="hello"/>', "d holds what no path is made of"),
        ('<polygon points="0 0 5"/>', "points are pairs"),
        ('<line x1="0" y1="0" x2="5" y2="5"/>', "would not be seen"),
        ('<path d="M0 0 L5 5" fill="none"/>', "would not be seen"),
        ("words", "letters are not drawn here"),
        ('<circle r="5">', "this is not XML"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_line(tmp_path: Path, element: str, said: str) -> None:
    told = refused(tmp_path, '<circle r="1"/>', element)

    assert told.startswith(("glyph.svg:3: ", "glyph.svg:4: "))
    assert said in told


@pytest.mark.parametrize(
    "root",
    [
        '<svg viewBox="-100 -100 200 200">',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-100 -100 200 200" style="color:red">',
    ],
)
def test_the_first_line_is_always_the_same(tmp_path: Path, root: str) -> None:
    assert refused(tmp_path, '<circle r="1"/>', root=root).startswith("glyph.svg:1: ")


def test_entities_empty_and_huge_files_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "b">]>' + ROOT

    assert "leave <!DOCTYPE> out" in refused(tmp_path, '<circle r="1"/>', root=bomb)
    assert "the glyph is empty" in refused(tmp_path)
    assert "at most 32 KiB" in refused(tmp_path, *['<circle r="1"/>'] * 3_000)
