"""Prometheus's text format: what has to be escaped, and how exact numbers are."""

from evse.observing import metrics

STATUS = {
    "program": {
        "ok": False,
        "uptime_s": 1.5,
        "cpu_s": 2,
        "memory_bytes": 123_456_789_012,
        "open_files": 3,
        "threads": 4,
        "disk_free_bytes": 5,
        "database_bytes": 6,
        "parts": [{"part": "disk", "ok": False, "vital": True, "what": "full"}],
        "log": {"warning": 7},
    },
    "ocpp": {"connected": True, "connections": 2, "sent": {'a"\\\n': 1}, "received": {}},
    "lateness_ms": {"p99": 12.5},
    "connectors": {},
    "house_current_a": None,
}


def test_escapes_and_numbers() -> None:
    lines = metrics.text(STATUS).splitlines()
    assert r'evse_ocpp_messages_sent_total{action="a\"\\\n"} 1' in lines
    assert "evse_memory_bytes 123456789012" in lines
    assert "evse_healthy 0" in lines
    assert "evse_turn_lateness_seconds 0.0125" in lines
    assert not any("house" in line for line in lines)
