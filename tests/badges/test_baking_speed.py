"""How many signed pictures one core makes."""

from time import process_time

import pytest

from tests.badges.credential_builders import AT, ISSUER, an_award, keys
from thidua.badges.baking import bake_png, unbake_png
from thidua.badges.catalogue import catalogue
from thidua.badges.credentials.issuing import sign
from thidua.badges.pictures.picture import png


@pytest.mark.alone
@pytest.mark.long
def test_one_core_signs_and_bakes_55_pictures_a_second_once_the_artwork_is_drawn() -> None:
    badge, rounds = catalogue().badges["dai-su-so"], 60
    drawn = png(badge, year=2026)
    signed = sign(an_award(), badge, ISSUER, keys(), AT)
    baked = drawn

    began = process_time()
    for index in range(rounds):
        signed = sign(an_award(list_index=index), badge, ISSUER, keys(), AT)
        baked = bake_png(png(badge, year=2026), signed.json)
    signed_at = process_time()
    for _index in range(rounds):
        assert unbake_png(bake_png(drawn, signed.json)) == unbake_png(baked)

    assert rounds / (signed_at - began) >= 55
    assert (process_time() - signed_at) / rounds < 0.008
