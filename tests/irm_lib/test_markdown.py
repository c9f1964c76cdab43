import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.markdown import render

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<p style="position:fixed" class="btn" id="main">x</p>',
    "[x](javascript:alert(1))",
    "[x](  JaVaScRiPt:alert(1))",
    "![x](javascript:alert(1))",
    '[x](/ok "onmouseover=alert(1)")',
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "```<script>\nalert(1)\n```",
    '`<iframe src="https://example.org">`',
]


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_source_leaves_no_live_markup(source):
    markup = " ".join(re.findall(r"<[^>]*>", render(source))).lower()
    for word in ("<script", "<iframe", "<p style", 'onerror="', 'href="javascript', 'href="data', "class=", 'id="main'):
        assert word not in markup


def test_html_in_the_source_is_shown_as_text():
    assert render("error at <module>: a < b") == "<p>error at &lt;module&gt;: a &lt; b</p>"


def test_a_picture_from_elsewhere_becomes_a_link():
    html = render("![graph](https://tracker.example/pixel.png)")
    assert "<img" not in html
    assert 'href="https://tracker.example/pixel.png"' in html
    assert ">graph</a>" in html


@pytest.mark.parametrize("source", ["//tracker.example/x.png", "/\\tracker.example/x.png", "data:image/png;base64,AA"])
def test_a_picture_that_only_looks_local_is_not_shown(source):
    assert "<img" not in render(f"![x]({source})")


def test_a_picture_kept_here_is_shown():
    assert '<img alt="graph" src="/files/7/graph.png">' in render("![graph](/files/7/graph.png)")


def test_headings_start_below_the_page_and_skip_no_level():
    html = render("# Impact\n\n### Detail\n\n# Cause")
    assert [html[at : at + 4] for at in range(len(html)) if html.startswith("<h", at)] == ["<h3>", "<h4>", "<h3>"]


def test_a_text_that_opens_with_a_deep_heading_starts_at_the_same_level():
    assert render("#### Deep\n\n# Top").startswith("<h3>Deep</h3>")


def test_a_pasted_address_becomes_a_link_without_the_full_stop():
    html = render("See https://grafana.example/d/1?from=now-1h.")
    assert 'href="https://grafana.example/d/1?from=now-1h"' in html
    assert html.endswith("</a>.</p>")


def test_a_written_link_is_linked_once():
    html = render("[https://a.example](https://a.example) `https://b.example`")
    assert html.count("<a ") == 1


def test_links_give_nothing_away():
    assert 'rel="noopener noreferrer nofollow"' in render("[x](https://example.org)")


def test_tables_lists_and_code_are_kept():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n\n- one\n- two\n\n```\nx = 1\n```")
    for part in ('<table tabindex="0">', '<td align="right">2</td>', "<li>one</li>", '<pre tabindex="0"><code>x = 1'):
        assert part in html


def test_a_single_line_break_is_kept():
    assert "<br>" in render("first\nsecond")


@pytest.mark.parametrize("source", [">" * 3000, "[" * 3000, "*" * 3000, "- " * 800, "`" * 3000, "![" * 50_000])
def test_absurd_nesting_is_survived(source):
    assert isinstance(render(source), str)


def test_what_markdown_cannot_take_is_shown_as_it_was_typed():
    assert render("[" * 200 + "<b>") == '<pre tabindex="0">' + "[" * 200 + "&lt;b&gt;</pre>"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(alphabet="<>[]()!*_`#-|\n \"'&;:/ahrefsciptonx=", max_size=200))
def test_no_source_yields_an_attribute_that_runs(source):
    html = render(source)
    for tag in html.split("<")[1:]:
        inside = tag.split(">")[0].lower()
        assert not any(f" {word}" in inside for word in ("on", "style", "class", "id="))
