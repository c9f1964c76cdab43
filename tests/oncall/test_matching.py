"""Label matchers, as Alertmanager reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.matching import Matcher, MatcherError, Operator, Verdict, explain, match, parse

steady = settings(derandomize=True, deadline=None)
LABELS = {"severity": "critical", "job": "node", "instance": "db-1:9100", "k8s.pod/name": "web-7", "größe": "L"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('severity="critical"', True),
        ('severity="warning"', False),
        ('severity!="warning"', True),
        ('instance=~"db-.*"', True),
        ('instance!~"db-.*"', False),
        ('severity=~"critical|warning"', True),
        ("severity=~critical|warning", True),
        ('k8s.pod/name=~"web-[0-9]+"', True),
        ('"k8s.pod/name"="web-7"', True),
        ('größe="L"', True),
        ('severity="critical", job="node"', True),
        ('severity="critical"\njob="nodes"', False),
        ('{severity="critical", job=~"n.*",}', True),
        ("", True),
        ("{}", True),
    ],
)
def test_labels_match_when_every_matcher_holds(text, holds):
    assert match(parse(text), LABELS) is holds


@pytest.mark.parametrize("pattern", ["crit", "ritical", "critica", "c|r", "critical\\n"])
def test_a_regular_expression_has_to_match_the_whole_value(pattern):
    assert not match(parse(f'severity=~"{pattern}"'), LABELS)


@pytest.mark.parametrize(
    ("text", "holds"),
    [('team=""', True), ('team!=""', False), ('team=~".*"', True), ('team=~".+"', False), ('team!="x"', True)],
)
def test_a_missing_label_counts_as_empty(text, holds):
    assert match(parse(text), LABELS) is holds


@pytest.mark.parametrize(
    ("text", "name", "operator", "value"),
    [
        ('a="b"', "a", Operator.EQUAL, "b"),
        ("  a  !=  b c  ", "a", Operator.NOT_EQUAL, "b c"),
        ('a="say \\"hi\\""', "a", Operator.EQUAL, 'say "hi"'),
        ('a="c:\\\\x\\n"', "a", Operator.EQUAL, "c:\\x\n"),
        ('a=~"\\d+\\.\\d+"', "a", Operator.MATCHES, "\\d+\\.\\d+"),
        ('a=~"x{1,2}"', "a", Operator.MATCHES, "x{1,2}"),
        ('"foo bar, baz"="x"', "foo bar, baz", Operator.EQUAL, "x"),
        ("url=http://host/?a=b", "url", Operator.EQUAL, "http://host/?a=b"),
        ('a!~""', "a", Operator.NOT_MATCHES, ""),
    ],
)
def test_a_matcher_is_read_as_name_operator_and_value(text, name, operator, value):
    assert parse(text) == (Matcher(name, operator, value),)


def test_blank_lines_and_spare_commas_are_no_matchers():
    assert len(parse('\n a="1",,\n\n , b="2" ,\r\n')) == 2


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("severity", 1, 9, 'after "severity" comes one of'),
        ("severity==critical", 1, 9, 'after "severity" comes one of'),
        ("severity=", 1, 10, "a value is missing"),
        ("severity=, job=x", 1, 10, "a value is missing"),
        ('a="1"\n="x"', 2, 1, "starts with a label name"),
        ('""="x"', 1, 1, "not empty"),
        ('a="1" b="2"', 1, 7, "a comma or a new line"),
        ('a="1"\nb="2', 2, 3, "a double quote is not closed"),
        ('a=b"c', 1, 3, "inside a bare value"),
        ("a='b'", 1, 3, "double quotes"),
        ('a="1",\n b=~"(x"', 2, 5, "not a regular expression: missing )"),
        ("a=~(?!x)", 1, 4, "not a regular expression"),
        ('{a="b"', 1, 1, "a brace is opened"),
        ('a="b"}', 1, 6, "a comma or a new line"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_reason(text, line, column, reason):
    with pytest.raises(MatcherError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason
    assert str(caught.value).startswith(f"Line {line}, column {column}: ")


def test_an_explanation_tells_of_each_matcher_what_it_saw():
    matchers = parse('severity="critical", team=~"pay.*"')
    assert explain(matchers, LABELS) == [
        Verdict(matchers[0], "critical", matched=True),
        Verdict(matchers[1], "", matched=False),
    ]


def test_a_matcher_is_written_with_its_value_in_quotes():
    matchers = parse('severity=~critical|warning\n"foo bar"!=x')
    assert [str(matcher) for matcher in matchers] == ['severity=~"critical|warning"', '"foo bar"!="x"']


def test_a_costly_regular_expression_takes_no_longer_than_any_other():
    matchers = parse('a=~"(a+)+$"')
    assert not match(matchers, {"a": "a" * 50_000 + "b"})


def test_odd_characters_in_a_value_are_no_trouble():
    assert match(parse('a=~"x.*"'), {"a": "x\ud800\0"})
    assert not match(parse('a=~"x.*"'), {"a": "x\ny"})


operators = st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL])
plain = st.builds(Matcher, st.text(min_size=1), operators, st.text())


@steady
@given(st.lists(plain), st.sampled_from([", ", "\n", ",\n"]))
def test_what_is_written_reads_back_the_same(matchers, between):
    assert parse(between.join(map(str, matchers))) == tuple(matchers)


@steady
@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        matchers = parse(text)
    except MatcherError as error:
        assert error.line >= 1
        assert error.column >= 1
    else:
        assert match(matchers, {}) in (True, False)


@steady
@given(st.text(alphabet='ab{}!=~,"\\\n ()|*+?['))
def test_text_made_of_syntax_is_read_or_refused(text):
    test_any_text_is_read_or_refused.hypothesis.inner_test(text)


@steady
@given(st.dictionaries(st.text(), st.text()), st.text(min_size=1), st.text())
def test_a_matcher_and_its_negation_never_agree(labels, name, value):
    assert Matcher(name, Operator.EQUAL, value).matches(labels) != Matcher(name, Operator.NOT_EQUAL, value).matches(
        labels
    )


@steady
@given(st.lists(plain), st.dictionaries(st.text(), st.text()))
def test_the_explanation_agrees_with_the_match(matchers, labels):
    assert all(verdict.matched for verdict in explain(matchers, labels)) == match(matchers, labels)
