"""The QR code of the server's address."""

from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.evse_ocpp.image import EvseImage
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import subentry_data


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize(
    ("subentries", "scheme"),
    [
        ([subentry_data()], "ws://127.0.0.1:"),
        ([subentry_data(security="tls_password")], "wss://127.0.0.1:9001"),
    ],
)
async def test_code_has_the_url_but_not_the_password(
    hass: HomeAssistant, wallbox: Wallbox, scheme: str
) -> None:
    with patch(
        "custom_components.evse_ocpp.image.segno.make_qr", side_effect=ValueError
    ) as make_qr:
        image = hass.data["entity_components"]["image"].get_entity("image.garage_server_address")
        assert isinstance(image, EvseImage)
        with pytest.raises(ValueError):
            await image.async_image()
    (url,) = make_qr.call_args.args
    assert url.startswith(scheme)
    assert url.endswith("/ocpp/CP-1")
    picture = await image.async_image()
    assert picture.startswith(b"\x89PNG")
    assert image.content_type == "image/png"
