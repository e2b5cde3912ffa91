"""Runs each case for every adapter that it concerns, and counts them in a table."""

import sys
from collections import defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from subjects import SUBJECTS

CASES = pytest.StashKey[dict]()


def pytest_configure(config):
    config.addinivalue_line("markers", "over_http: for adapters that use the network")
    config.stash[CASES] = defaultdict(lambda: defaultdict(int))


def pytest_generate_tests(metafunc):
    if "subject" in metafunc.fixturenames:
        http = metafunc.definition.get_closest_marker("over_http")
        chosen = {
            code: each
            for code, each in SUBJECTS.items()
            if each.speaks_http or not http
        }
        metafunc.parametrize("subject", chosen.values(), ids=chosen)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    subject = getattr(item, "callspec", None) and item.callspec.params.get("subject")
    if subject and report.when == "call":
        item.config.stash[CASES][subject.code][report.outcome] += 1
    return report


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section("conformance")
    terminalreporter.write_line(f"{'adapter':<12}{'cases':>7}{'passed':>8}")
    for code, counts in sorted(config.stash[CASES].items()):
        line = f"{code:<12}{sum(counts.values()):>7}{counts['passed']:>8}"
        terminalreporter.write_line(line)
