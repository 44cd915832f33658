"""The permission table of the ETEK manual (5.8.2), cell by cell, and the rows of its other pages.

`manual_table.tsv` is that table: page, label, manufacturer, operator, user. Where the manual's text
is at hand the file is compared with it.
"""

from pathlib import Path

import pytest

from evse.settings.fact import Button, Fact
from evse.settings.rows import ROWS, Row, permission, row
from evse.settings.setting import Page, Permission, Role, Setting

TABLE = tuple(
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("manual_table.tsv").read_text("utf-8").splitlines()
)
MANUAL = Path(__file__).parents[4] / "shared" / "spec" / "etek-ekepc3-manual.txt"
CELLS = set(Permission)


def rows_for(page: str, label: str) -> list[Row]:
    """What stands on a page under a label of the manual."""
    return [each for each in ROWS if each.page == page and label in (each.label, *each.manual)]


@pytest.mark.parametrize(("page", "label", "manufacturer", "operator", "user"), TABLE)
def test_every_cell_of_the_permission_table(
    page: str, label: str, manufacturer: str, operator: str, user: str
) -> None:
    """ETEK manual, 5.8.2"""
    (found,) = rows_for(page, label)
    cells = tuple(permission(found, role) for role in Role)
    assert cells == (manufacturer, operator, user)


def test_the_rows_stand_in_the_manuals_order() -> None:
    """Within a page; rows that only the pages have, and ours, may stand between them."""
    for page in Page:
        order = {each.key: number for number, each in enumerate(ROWS)}
        keys = [rows_for(page, label)[0].key for on, label, *_ in TABLE if on == page]
        places = [order[key] for key in dict.fromkeys(keys)]
        assert places == sorted(places), page


@pytest.mark.skipif(not MANUAL.exists(), reason=f"the manual's text is not at {MANUAL}")
def test_the_table_is_the_manuals() -> None:
    text = MANUAL.read_text("utf-8")
    begin = text.index("5.8.2 The permissions for logging in")
    found, page = [], ""
    for line in text[begin : text.index("There are a few common ways", begin)].splitlines():
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if cells[:1] and cells[0] in set(Page):
            page = cells[0]
        elif len(cells) >= 4 and CELLS.issuperset(cells[-3:]):
            found.append((page, cells[0], *cells[-3:]))
    assert tuple(found) == TABLE


PAGES_ONLY = (
    # ETEK manual 5.8.1.3, 5.8.1.9, 5.8.1.8
    (Page.INSTALLATION, "SlaveNumber"),
    (Page.LOADMANAGEMENT, "PID coefficient adjustment"),
    (Page.MANUFACTURER, "SimulateSwipeCard"),
    (Page.MANUFACTURER, "DEBUG"),
    # Cabur manual 8.1.2: steps 3, 4, 10, 12 and the buttons of the power system
    (Page.STATE, "Serial Number"),
    (Page.STATE, "Software Version"),
    (Page.STATE, "Grid Voltage"),
    (Page.STATE, "Grid Frequency"),
    (Page.STATE, "Output Current"),
    (Page.STATE, "Active Power"),
    (Page.STATE, "Charging Duration"),
    (Page.STATE, "System Time"),
    (Page.STATE, "Relay Temperature"),
    (Page.STATE, "Environment Temperature"),
    (Page.STATE, "CP Voltage"),
    (Page.STATE, "Fan Status"),
    (Page.INSTALLATION, "Charger Power"),
    (Page.AUTHORIZATION, "RFID Type"),
    (Page.MANUFACTURER, "Charging Mode"),
    (Page.MANUFACTURER, "CP Type"),
    (Page.INSTALLATION, "Max Current"),
    (Page.BACKEND, "OCPP Address"),
    (Page.LOADMANAGEMENT, "LoadBalance Switch"),
    (Page.LOADMANAGEMENT, "Max House Current"),
    (Page.INSTALLATION, "CANAddr"),
    (Page.INSTALLATION, "Phase Set"),
    (Page.INSTALLATION, "IT Power system"),
    (Page.INSTALLATION, "Other Power systems"),
)


@pytest.mark.parametrize(("page", "label"), PAGES_ONLY)
def test_rows_which_the_table_does_not_have(page: Page, label: str) -> None:
    (found,) = rows_for(page, label)
    assert permission(found, Role.MANUFACTURER) is not Permission.NONE


@pytest.mark.parametrize("each", ROWS, ids=lambda each: each.key)
def test_every_row_is_whole(each: Row) -> None:
    assert row(each.key) is each
    assert each.label
    assert each.help.endswith(".")
    if isinstance(each, Fact):
        assert {permission(each, role) for role in Role} <= {Permission.READ, Permission.NONE}
    if isinstance(each, Button):
        assert permission(each, Role.MANUFACTURER) is Permission.READ_WRITE
    if isinstance(each, Setting) and each.secret:
        assert each.default == ""


def test_no_password_has_a_default() -> None:
    """What opens something is empty until somebody sets it, or there is a button for it."""
    passwords = [each for each in ROWS if "password" in each.key or each.key == "sharing.key"]
    assert len(passwords) >= 8
    for each in passwords:
        if isinstance(each, Setting):
            assert (each.secret, each.default) == (True, ""), each.key
        else:
            assert isinstance(each, Button)
            assert each.argument == "secret"
