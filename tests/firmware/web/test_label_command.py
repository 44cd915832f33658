"""`evse label`: the device key for people, for a printer and for a phone's camera."""

import argparse
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import segno

from evse.storage.database import Database
from evse.storage.values import Values
from evse.web.device_key import FILE, DeviceKey
from evse.web.label_command import add_label, claim_url, label


def run(state: Path, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_label(parser.add_subparsers(), state)
    args = parser.parse_args(["label", *words])
    status: int = args.run(args)
    return status


def test_it_shows_the_key_that_the_wallbox_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = DeviceKey.load(tmp_path).text
    assert run(tmp_path, "--url", "https://wallbox.example") == 0
    shown = capsys.readouterr().out
    assert f"Device key  {key}" in shown
    assert "https://wallbox.example" in shown
    assert "█" in shown


def test_before_the_first_start_it_makes_the_key(tmp_path: Path) -> None:
    state = tmp_path / "new"
    assert run(state) == 0
    assert (state / FILE).exists()


async def test_it_finds_the_serial_number_of_the_wallbox(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from evse.settings.values import Settings

    database = await Database.open(tmp_path / "evse.sqlite")
    settings = await Settings.load(Values(database))
    assert run(tmp_path) == 0  # while the wallbox runs
    assert f"Serial      {settings['manufacturer.serial']}" in capsys.readouterr().out
    await database.close()
    assert run(tmp_path, "--serial", "AB-7") == 0
    assert "Serial      AB-7" in capsys.readouterr().out


def test_it_writes_label_and_picture(tmp_path: Path) -> None:
    svg, png = tmp_path / "label.svg", tmp_path / "label.png"
    assert run(tmp_path, "--svg", str(svg), "--png", str(png), "--serial", "<7&>") == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    texts = [each.text for each in ET.parse(svg).getroot().iter("{http://www.w3.org/2000/svg}text")]
    assert DeviceKey.load(tmp_path).text in texts
    assert "S/N <7&>" in texts


def test_every_line_fits_the_label() -> None:
    key, url = "ABCDE-FGHJK-MNPQR-STVW0", "https://a-very-long-name-of-a-wallbox.example.org:8443"
    code = segno.make(claim_url(url, key))
    root = ET.fromstring(label(code, key, url, "x" * 30))
    width = float(root.attrib["viewBox"].split()[2])
    for each in root.iter("{http://www.w3.org/2000/svg}text"):
        assert 0.6 * float(each.attrib["font-size"]) * len(each.text or "") <= width


def test_the_camera_leads_to_the_claim_and_the_key_is_not_sent() -> None:
    assert claim_url("https://evse.local/", "K") == "https://evse.local/#key=K"


def test_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "--svg", str(tmp_path / "none" / "label.svg")) == 1
    assert "label.svg" in capsys.readouterr().err
