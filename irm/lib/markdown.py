"""Markdown as people write it in notes and postmortems, to HTML that is safe to show.

HTML in the source is shown as text: a pasted log keeps its angle brackets, and nothing slips through.
"""

import re
from html import escape
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor

FIRST_HEADING = 3  # a page has its h1 and the sections around a text are h2
_BARE_URL = r"""(?<![\w/"'=])(https?://[^\s<>"']*[^\s<>"'.,;:!?)\]}*_])"""
_DEEPEST = 100  # the parser's time grows with the square of open brackets; no text needs so many
_HEADING = re.compile(r"h([1-6])")
_TAGS = {
    *("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "a", "img"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h3", "h4", "h5", "h6"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}
# What may be wider than a phone scrolls in its own box, and a keyboard has to reach it.
_SCROLLING = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}


class BareLinks(InlineProcessor):
    """A pasted address becomes a link."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # the stubs describe the older Pattern.handleMatch(m)
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        link = Element("a", href=m[1])
        link.text = m[1]
        return link, m.start(0), m.end(0)


class LocalImages(Treeprocessor):
    """A picture kept here is shown; one from elsewhere becomes a link, so that reading tells nobody."""

    def run(self, root: Element) -> None:
        for image in root.iter("img"):
            source = image.get("src", "")
            if source.startswith("/") and not source.startswith(("//", "/\\")):
                continue
            image.tag, image.text = "a", image.get("alt") or source
            image.attrib.clear()
            image.set("href", source)


class NestedHeadings(Treeprocessor):
    """Headings start below the page's own and never skip a level."""

    def run(self, root: Element) -> None:
        found = [element for element in root.iter() if _HEADING.fullmatch(element.tag)]
        used = sorted({element.tag for element in found})
        previous = FIRST_HEADING - 1
        for element in found:
            previous = min(FIRST_HEADING + used.index(element.tag), previous + 1, 6)
            element.tag = f"h{previous}"


class House(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(BareLinks(_BARE_URL, md), "bare_links", 75)
        md.treeprocessors.register(LocalImages(md), "local_images", 5)
        md.treeprocessors.register(NestedHeadings(md), "nested_headings", 4)


def is_absurd(text: str) -> bool:
    """Whether some paragraph opens more brackets than any writer would."""
    for paragraph in text.split("\n\n"):
        depth = deepest = 0
        for bracket in re.findall(r"[\[\]]", paragraph):
            depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
            deepest = max(deepest, depth)
        if deepest > _DEEPEST:
            return True
    return False


def render(text: str) -> str:
    """Sanitised HTML of `text`: no id, class, style or script, no remote pictures."""
    if is_absurd(text):
        return f'<pre tabindex="0">{escape(text)}</pre>'
    html = markdown.markdown(
        text,
        extensions=["fenced_code", "tables", "sane_lists", "nl2br", House()],
        extension_configs={"tables": {"use_align_attribute": True}},
        output_format="html",
    )
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        set_tag_attribute_values=_SCROLLING,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
