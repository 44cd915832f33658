"""`evse meter probe` on a pseudo terminal: real frames and line settings, right and wrong."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evse.__main__ import _command, _parser
from evse.doctor import ports as doctor_ports
from evse.doctor.devices import Format
from evse.doctor.ports import Holder
from evse.meters import probe
from tests.firmware.emulators.catalogue_meter import CatalogueMeter, MeterBus, meters_on_a_line
from tests.firmware.emulators.modbus_slave import READ_HOLDING, READ_INPUT, Wire

ONE_FORMAT = (Format(9600),)
SDM630, DTSU666, EM340 = "eastron_sdm630_v2", "chint_dtsu666", "carlo_gavazzi_em340"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {
        "_SEARCH_S": 0.05,
        "_ANSWER_S": 0.05,
        "_LONG_GAP_S": 0.02,
        "_CROWD_LISTEN_S": 0.03,
    }.items():
        monkeypatch.setattr(probe, name, seconds)


def evse(*words: str) -> int:
    return _command(_parser().parse_args(["meter", *words]))


class Probed:
    """What `evse meter probe --json` said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], bus: MeterBus, *words: str) -> None:
        given = words if "--units" in words else (*words, "--units", "1-3")
        self.status = evse("probe", "--connection", f"serial:{bus.path}", *given, "--json")
        document = json.loads(capsys.readouterr().out)
        self.good = document["good"]
        self.meters = {meter["address"]: meter for meter in document["meters"]}
        self.codes = [(each["code"], each["address"]) for each in document["verdicts"]]
        self.texts = " ".join(each["text"] for each in document["verdicts"])
        self.tried = document["formats_tried"]


@pytest.mark.parametrize("name", [SDM630, DTSU666, EM340])
def test_a_meter_is_found_and_recognised(capsys: pytest.CaptureFixture[str], name: str) -> None:
    meter = CatalogueMeter.of(name, 2, tells_code=name != EM340)
    with meters_on_a_line(meter) as bus:
        found = Probed(capsys, bus)
    assert (found.status, found.good, list(found.meters)) == (0, True, [2])
    assert found.meters[2]["models"] == [name]
    assert found.meters[2]["certain"] == (name == SDM630)
    assert found.meters[2]["reading"]["current_a"] == pytest.approx([4.0, 3.0, 2.0], abs=0.01)
    assert found.codes == [("found", 2)]
    assert f"meter.dlb.model = {name}" in found.texts


def test_three_meters_on_one_line_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    meters = (
        CatalogueMeter.of(SDM630, 1),
        CatalogueMeter.of(DTSU666, 2),
        CatalogueMeter.of(EM340, 3, tells_code=False),
    )
    with meters_on_a_line(*meters) as bus:
        found = Probed(capsys, bus)
    assert {unit: meter["models"] for unit, meter in found.meters.items()} == {
        1: [SDM630],
        2: [DTSU666],
        3: [EM340],
    }


def test_nothing_is_ever_written_to_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    wire = Wire()
    with meters_on_a_line(CatalogueMeter.of(DTSU666, 1), wire=wire) as bus:
        Probed(capsys, bus)
    assert {frame[1] for frame in wire.requests} <= {READ_HOLDING, READ_INPUT}


@pytest.mark.parametrize("baudrate", [2400, 19200, 38400])
def test_a_meter_at_another_speed_is_found(
    capsys: pytest.CaptureFixture[str], baudrate: int
) -> None:
    with meters_on_a_line(CatalogueMeter.of(SDM630, 1), baudrate=baudrate) as bus:
        found = Probed(capsys, bus, "--model", SDM630, "--unit", "1", "--units", "1")
    assert found.status == 1
    assert found.meters[1]["format"].startswith(f"{baudrate} 8")
    assert found.codes == [("other_format", 1)]
    assert f"baudrate={baudrate}" in found.texts


def test_a_meter_at_another_address_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of(SDM630, 3)) as bus:
        found = Probed(capsys, bus, "--model", SDM630, "--unit", "2")
    assert found.codes == [("other_address", 3)]
    assert "it answers at address 3, not 2" in found.texts


def test_the_meter_that_is_set_is_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of(DTSU666, 2)) as bus:
        found = Probed(capsys, bus, "--model", DTSU666, "--unit", "2")
    assert (found.status, found.codes) == (0, [("as_set", 2)])


@pytest.mark.parametrize("unit", ["1", "2"])
def test_another_model_than_the_one_that_is_set_is_told(
    capsys: pytest.CaptureFixture[str], unit: str
) -> None:
    with meters_on_a_line(CatalogueMeter.of(DTSU666, 1)) as bus:
        found = Probed(capsys, bus, "--model", SDM630, "--unit", unit)
    assert (found.status, found.codes) == (1, [("other_model", 1)])
    assert f"meter.dlb.model is {SDM630}" in found.texts
    assert "Chint DTSU666" in found.texts


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("others", [(SDM630, DTSU666), (SDM630, SDM630)])
def test_two_devices_at_one_address_are_told(
    capsys: pytest.CaptureFixture[str], together: bool, others: tuple[str, str]
) -> None:
    meters = [CatalogueMeter.of(name, 2) for name in others]
    meters[1].voltage_v = (229.1, 230.7, 229.9)
    with meters_on_a_line(*meters, CatalogueMeter.of(EM340, 1)) as bus:
        bus.together = together
        found = Probed(capsys, bus)
    assert found.status == 1
    assert ("crowded", 2) in found.codes
    assert ("found", 1) in found.codes
    assert "two devices answer at address 2" in found.texts


def test_a_meter_that_says_nothing_instead_of_refusing_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "formats", lambda *_, **__: ONE_FORMAT)
    meter = CatalogueMeter.of(DTSU666, 1, mute=True)
    with meters_on_a_line(meter) as bus:
        found = Probed(capsys, bus, "--units", "1")
    assert found.meters[1]["models"] == [DTSU666]


def test_a_meter_without_currents_is_told_to_be_useless(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of("eastron_sdm72d_m", 1)) as bus:
        found = Probed(capsys, bus)
    assert (found.status, found.codes) == (1, [("unsuitable", 1)])


def test_a_device_of_another_kind_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    meter = CatalogueMeter.of(DTSU666, 1, voltage_v=(12.0, 12.0, 12.0))
    with meters_on_a_line(meter) as bus:
        found = Probed(capsys, bus)
    assert (found.status, found.codes) == (1, [("unknown_device", 1)])


def test_an_empty_line_is_told_with_what_was_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "formats", lambda *_, **__: ONE_FORMAT)
    with meters_on_a_line() as bus:
        assert evse("probe", "--connection", f"serial:{bus.path}", "--units", "1") == 1
    printed = capsys.readouterr().out
    assert "nobody answers" in printed
    assert "tried: 9600 8N1" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_what_people_read(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of(SDM630, 1)) as bus:
        evse("probe", "--connection", f"serial:{bus.path}", "--units", "1")
    printed = capsys.readouterr().out
    assert "address 1, 9600 8N1: Eastron SDM630-Modbus V2, by its code SDM630-Modbus V2" in printed
    assert "230.2 / 229.8 / 231.1 V · 4.00 / 3.00 / 2.00 A · 2072 W" in printed


@pytest.mark.parametrize("command", ["probe", "read"])
def test_a_port_that_the_wallbox_holds_is_left_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(doctor_ports, "holders", lambda _: [Holder(42, "/usr/bin/evse run")])
    wire = Wire()
    with meters_on_a_line(CatalogueMeter.of(SDM630, 1), wire=wire) as bus:
        words = ("--connection", f"serial:{bus.path}", "--model", SDM630)
        assert evse(command, *words) == 1
    assert "the wallbox program (process 42) uses it" in capsys.readouterr().err
    assert not wire.requests


# ------------------------------------------------------------------ read, models, bad input


@pytest.mark.parametrize("name", [SDM630, DTSU666, EM340])
def test_one_reading(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with meters_on_a_line(CatalogueMeter.of(name, 1, house_a=(-5.0, 3.0, 2.0))) as bus:
        connection = f"serial:{bus.path}"
        assert evse("read", "--connection", connection, "--model", name, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert evse("read", "--connection", connection, "--model", name) == 0
    assert document["reading"]["current_a"] == pytest.approx([-5.0, 3.0, 2.0], abs=0.01)
    assert document["reading"]["export_wh"] == pytest.approx(67_800, rel=1e-4)
    assert document["quality"]["answers"] == document["quality"]["requests"]
    assert "-5.00 / 3.00 / 2.00 A" in capsys.readouterr().out


def test_a_wrong_model_gives_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of(DTSU666, 1)) as bus:
        assert evse("read", "--connection", f"serial:{bus.path}", "--model", SDM630) == 1
    assert "exception 2 (illegal_address); another model?" in capsys.readouterr().err


def test_another_speed_gives_a_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    with meters_on_a_line(CatalogueMeter.of(SDM630, 1), baudrate=19200) as bus:
        assert evse("read", "--connection", f"serial:{bus.path}", "--model", SDM630) == 1
    assert "meter 1: no answer within 1 s" in capsys.readouterr().err


def test_a_meter_of_the_settings_is_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its model, address and factory format come from the settings."""
    with meters_on_a_line(CatalogueMeter.of("eastron_sdm120", 5), baudrate=2400) as bus:
        config = tmp_path / "evse.toml"
        config.write_text(
            f'[meter.dlb]\nmodel = "eastron_sdm120"\nunit = 5\nconnection = "serial:{bus.path}"\n'
        )
        state = str(tmp_path / "state")
        assert evse("read", "dlb", "--config", str(config), "--state", state, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["reading"]["current_a"][0] == pytest.approx(4.0)
    assert document["quality"]["unit"] == 5


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (("read", "--state", "{tmp}"), 2, "meter.dlb.connection: came 'simulated'"),
        (("read", "--connection", "tcp://x", "--model", "sdm"), 2, "model: came 'sdm', allowed"),
        (("probe", "--connection", "serial:nowhere"), 2, "device of the connection"),
        (("probe", "--connection", "serial:/dev/no-such"), 1, "/dev/no-such"),
        (("probe", "--connection", "tcp://127.0.0.1:1"), 1, "tcp://127.0.0.1:1"),
        (
            ("read", "--connection", "serial:/dev/no-such", "--model", "eastron_sdm72d_m"),
            2,
            "measures no currents",
        ),
    ],
)
def test_what_cannot_be_done_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words, status: int, text: str
) -> None:
    assert evse(*(word.format(tmp=tmp_path) for word in words)) == status
    assert text in capsys.readouterr().err


def test_the_table_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert evse("models") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    assert any(line.startswith("shelly_pro_3em") and "TCP 502" in line for line in lines)
    assert evse("models", "--json") == 0
    documents = {each["id"]: each for each in json.loads(capsys.readouterr().out)}
    assert documents[EM340]["registers"]["V-L1"] == {"address": 0, "format": "int32", "scale": 0.1}


# ------------------------------------------------------------------ Modbus TCP


@contextlib.contextmanager
def _on_ethernet(meter: CatalogueMeter) -> Iterator[str]:
    """The same meter behind a port: the frames of a serial line with another head."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    while request := connection.recv(64):
                        body = meter.answer(request[6:] + b"\0\0")[:-2] if request[6] == 1 else b""
                        if body:
                            length = len(body).to_bytes(2, "big")
                            connection.sendall(request[:4] + length + body)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
    thread.join(2)


@pytest.mark.parametrize("name", ["shelly_pro_3em", "siemens_pac2200"])
def test_a_meter_on_ethernet_is_found(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with _on_ethernet(CatalogueMeter.of(name, 1)) as connection:
        words = ("--connection", connection, "--model", name, "--units", "1", "--json")
        assert evse("probe", *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["meters"][0]["models"] == [name]
    assert document["verdicts"][0]["code"] == "as_set"


def test_the_loop_is_free_for_reading_after_a_probe(capsys: pytest.CaptureFixture[str]) -> None:
    """Probing is blocking, reading is not: one after the other on the same port."""
    with meters_on_a_line(CatalogueMeter.of(SDM630, 1)) as bus:
        Probed(capsys, bus, "--units", "1")
        assert evse("read", "--connection", f"serial:{bus.path}", "--model", SDM630) == 0
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
