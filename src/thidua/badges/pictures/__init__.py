"""Pictures of badges, drawn by Pillow or written as SVG from one design: see `picture` and `share`.

What lies between a badge and its picture, from the outside in: `picture` (kept pictures), `design` (what is
where), `outlines` (shapes of families), `glyphs` (the artwork of a folder), `lettering` (Vietnamese words),
and at the end `painting` (to pixels) and `writing` (to SVG).
"""
