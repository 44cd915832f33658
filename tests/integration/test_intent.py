"""What can be said to Assist, in five languages, through the sentences of docs/custom_sentences."""

from datetime import UTC, datetime, time
from pathlib import Path
from shutil import copytree
from unittest.mock import AsyncMock

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent
from homeassistant.setup import async_setup_component

from custom_components.evse_ocpp.central.charger import ChargerStatus
from custom_components.evse_ocpp.central.commands import CommandRefused
from custom_components.evse_ocpp.central.readings import Sample
from custom_components.evse_ocpp.hub import Hub
from custom_components.evse_ocpp.intent import INTENTS, async_setup_intents
from custom_components.evse_ocpp.wallbox import Wallbox

from .support import subentry_data

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 3, 2, 22, 15, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def _assist(hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path) -> None:
    freezer.move_to(NOW)
    hass.config.config_dir = str(tmp_path)
    copytree(DOCS / "custom_sentences", tmp_path / "custom_sentences")
    await hass.config.async_set_time_zone("UTC")
    await async_setup_intents(hass)
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "conversation", {})


async def say(hass: HomeAssistant, sentence: str, language: str = "en") -> str:
    """Say it to Assist; return what it answers."""
    result = await conversation.async_converse(hass, sentence, None, Context(), language=language)
    return str(result.response.speech["plain"]["speech"])


@pytest.mark.parametrize(
    ("language", "sentence", "answer"),
    [
        ("en", "start charging the car", "No car is plugged in at Garage; one that is will"),
        ("it", "avvia la ricarica", "Nessuna auto è collegata a Garage"),
        ("de", "lade das Auto", "An Garage ist kein Auto angesteckt"),
        ("es", "inicia la carga del coche", "No hay ningún coche conectado a Garage"),
        ("fr", "charge la voiture", "Aucune voiture n’est branchée à Garage"),
    ],
)
async def test_start(
    hass: HomeAssistant, wallbox: Wallbox, language: str, sentence: str, answer: str
) -> None:
    await wallbox.steering.set_charging(False)
    assert (await say(hass, sentence, language)).startswith(answer)
    assert wallbox.steering.choices.charging


@pytest.mark.parametrize(
    ("language", "sentence", "answer"),
    [
        ("en", "stop charging", "Garage pauses charging."),
        ("it", "ferma la ricarica", "Garage mette in pausa la ricarica."),
        ("de", "stoppe das Laden", "Garage hält das Laden an."),
        ("es", "para la carga", "Garage pausa la carga."),
        ("fr", "arrête la charge", "Garage met la charge en pause."),
    ],
)
async def test_stop(
    hass: HomeAssistant, wallbox: Wallbox, language: str, sentence: str, answer: str
) -> None:
    assert await say(hass, sentence, language) == answer
    assert not wallbox.steering.choices.charging


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "charge with ten amps"),
        ("it", "imposta la corrente di ricarica a 10 ampere"),
        ("de", "stelle den Ladestrom auf 10 Ampere"),
        ("es", "carga con 10 amperios"),
        ("fr", "règle le courant de charge à 10 ampères"),
    ],
)
async def test_current(hass: HomeAssistant, wallbox: Wallbox, language: str, sentence: str) -> None:
    assert "10" in await say(hass, sentence, language)
    assert wallbox.steering.choices.limit_a == 10


@pytest.mark.parametrize(
    ("language", "sentence", "stop", "answer"),
    [
        ("en", "charge the car to 80 % by seven", time(7), "I cannot aim at a battery level"),
        ("en", "charge my car until 6:30", time(6, 30), "Garage charges from now until 06:30"),
        ("en", "charge the car by 11 pm", time(23), "Garage charges from now until 23:00"),
        ("it", "carica l'auto all'80% entro le 7", time(7), "Non posso ancora puntare"),
        ("it", "carica l'auto entro le 7", time(7), "Garage ricarica da adesso fino alle 07:00"),
        ("de", "lade das Auto bis 7 Uhr auf 80 Prozent", time(7), "Ein Ladestand"),
        ("de", "lade mein Auto bis 6:30", time(6, 30), "Garage lädt von jetzt bis 06:30 Uhr"),
        ("es", "carga el coche al 80% antes de las 7", time(7), "Todavía no puedo"),
        ("es", "carga el coche hasta las 7 y 30", time(7, 30), "Garage carga desde ahora"),
        ("fr", "charge la voiture à 80 % avant 7 heures", time(7), "Je ne peux pas encore"),
        ("fr", "charge la voiture jusqu'à 7 heures 30", time(7, 30), "Garage charge dès main"),
    ],
)
async def test_until(
    hass: HomeAssistant,
    wallbox: Wallbox,
    language: str,
    sentence: str,
    stop: time,
    answer: str,
) -> None:
    """It does what can be done today, and says what cannot."""
    assert (await say(hass, sentence, language)).startswith(answer)
    choices = wallbox.steering.choices
    assert (choices.window_enabled, choices.window_start) == (True, time(22, 15))
    assert choices.window_stop == stop


async def test_energy_without_a_time_starts_and_says_what_it_cannot(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    await wallbox.steering.set_charging(False)
    assert (await say(hass, "charge 10 kilowatt hours")).startswith("I cannot aim at")
    assert wallbox.steering.choices.charging


@pytest.mark.parametrize(
    ("status", "connected", "answer"),
    [
        (ChargerStatus.AVAILABLE, True, "No car is plugged in at Garage."),
        (ChargerStatus.AVAILABLE, False, "Garage is not connected."),
        (ChargerStatus.PREPARING, True, "A car is plugged in at Garage and does not charge"),
    ],
)
async def test_status(
    hass: HomeAssistant, wallbox: Wallbox, status: ChargerStatus, connected: bool, answer: str
) -> None:
    wallbox.charger.take_status(1, status, "NoError", NOW)
    if not connected:
        wallbox.charger.link_down()
    assert (await say(hass, "is the car charging")).startswith(answer)


@pytest.mark.parametrize(
    ("language", "sentence", "answer"),
    [
        ("en", "how much did the car charge", "Garage charges with 7.4 kilowatts; 2.5 kilowatt"),
        ("it", "quanto ha caricato l'auto", "Garage ricarica con 7.4 chilowatt"),
        ("de", "wie viel hat das Auto geladen", "Garage lädt mit 7.4 Kilowatt"),
        ("es", "cuánto ha cargado el coche", "Garage carga con 7.4 kilovatios"),
        ("fr", "combien la voiture a chargé", "Garage charge avec 7.4 kilowatts"),
    ],
)
async def test_status_while_charging_and_after(
    hass: HomeAssistant,
    wallbox: Wallbox,
    freezer: FrozenDateTimeFactory,
    language: str,
    sentence: str,
    answer: str,
) -> None:
    charger = wallbox.charger
    charger.take_status(1, ChargerStatus.CHARGING, "NoError", NOW)
    transaction = charger.start_transaction(1, "CARD", NOW, 1000, "key")
    freezer.tick(1800)
    now = datetime.now(UTC)
    samples = [Sample("Power.Active.Import", 7360), Sample("Energy.Active.Import.Register", 3500)]
    charger.take_samples(1, transaction.id, samples, now, now)
    assert (await say(hass, sentence, language)).startswith(answer)
    charger.take_status(1, ChargerStatus.AVAILABLE, "NoError", now)
    assert "2.5" in await say(hass, sentence, language)


async def test_a_refusal_is_said(
    hass: HomeAssistant, wallbox: Wallbox, commands: AsyncMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the second try: the transaction has just begun, and the clock stands still here."""
    monkeypatch.setattr(wallbox.steering, "_sleep", AsyncMock())
    wallbox.charger.take_status(1, ChargerStatus.CHARGING, "NoError", NOW)
    wallbox.charger.start_transaction(1, "CARD", NOW, 0, "key")
    commands.set_lease.side_effect = CommandRefused("SetChargingProfile", "Rejected")
    assert await say(hass, "stop charging") == "Garage refused SetChargingProfile: Rejected"


async def test_too_much_current(hass: HomeAssistant, wallbox: Wallbox) -> None:
    answer = await say(hass, "charge with 32 amps")
    assert answer.rstrip(".") == "Garage cannot be limited to 32 A; allowed are 6 to 16 A"


@pytest.mark.parametrize(
    "subentries", [[subentry_data(), subentry_data("CP-2", "Carport")]], ids=["two"]
)
async def test_several_wallboxes(hass: HomeAssistant, deaf_hub: Hub) -> None:
    answer = await say(hass, "stop charging")
    assert answer == "There are several wallboxes; please name one."
    answer = await say(hass, "stop charging at carport")
    assert answer == "Carport is not connected. I have noted it for when it is back."
    assert await say(hass, "stop charging at home") == "I do not know that wallbox."
    off = [each.name for each in deaf_hub.wallboxes.values() if not each.steering.choices.charging]
    assert off == ["Carport"]


async def test_no_wallbox(hass: HomeAssistant) -> None:
    assert await say(hass, "stop charging") == "There is no wallbox."


async def test_another_language_is_answered_in_english(
    hass: HomeAssistant, wallbox: Wallbox
) -> None:
    response = await intent.async_handle(hass, "test", "EvseOcppStop", {}, language="pt-BR")
    assert response.speech["plain"]["speech"] == "Garage pauses charging."


def test_each_language_has_sentences_for_each_intent() -> None:
    for language in ("en", "it", "de", "es", "fr"):
        text = (DOCS / "custom_sentences" / language / "evse_ocpp.yaml").read_text("utf-8")
        assert not [each.intent_type for each in INTENTS if f"  {each.intent_type}:" not in text]
