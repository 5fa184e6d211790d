"""Word documents that tests write, part by part, in the XML that word processors write."""

import io
import re
import zipfile

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TRANSITIONAL = "http://schemas.openxmlformats.org/"
_OFFICE = "http://schemas.microsoft.com/office/word/2010/"
_NAMES = {
    "w": f"{TRANSITIONAL}wordprocessingml/2006/main",
    "r": f"{TRANSITIONAL}officeDocument/2006/relationships",
    "m": f"{TRANSITIONAL}officeDocument/2006/math",
    "a": f"{TRANSITIONAL}drawingml/2006/main",
    "wp": f"{TRANSITIONAL}drawingml/2006/wordprocessingDrawing",
    "mc": f"{TRANSITIONAL}markup-compatibility/2006",
    "v": "urn:schemas-microsoft-com:vml",
    "wps": f"{_OFFICE}wordprocessingShape",
    "w14": f"{_OFFICE}wordml",
    "new": "http://example.org/what-no-word-knows",
}
SPACES = " ".join(f'xmlns:{name}="{space}"' for name, space in _NAMES.items())
_PACKAGE = f"{TRANSITIONAL}package/2006"
_TYPES = f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="{WORD}.main+xml"/></Types>"""


def run(text, properties=""):
    """Return a run of text, with the properties that it states itself."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs, style="", more=""):
    """Return a paragraph of texts and elements; ``more`` are its properties."""
    said = "".join(one if one.startswith("<") else run(one) for one in runs)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{said}</w:p>"


def table(*rows, more="", row=""):
    """Return a table of rows of cells, each a text or its elements."""
    lines = "".join(
        f"<w:tr>{row}"
        + "".join(f"<w:tc>{c if c.startswith('<') else paragraph(c)}</w:tc>" for c in cells)
        + "</w:tr>"
        for cells in rows
    )
    return f"<w:tbl><w:tblPr>{more}</w:tblPr>{lines}</w:tbl>"


def style(name, more="", kind="paragraph", identity=""):
    """Return a style; its id is its name without spaces."""
    known = identity or name.replace(" ", "")
    return f'<w:style w:type="{kind}" w:styleId="{known}"><w:name w:val="{name}"/>{more}</w:style>'


def related(**targets):
    """Return the relations of a part: the target of each kind."""
    ones = "".join(
        f'<Relationship Id="r{n}" Target="{target}" '
        f'Type="{TRANSITIONAL}officeDocument/2006/relationships/{kind}"/>'
        for n, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{ones}</Relationships>'


def packed(parts, method=zipfile.ZIP_DEFLATED):
    """Return the bytes of an archive with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def parts_of(*body, before="", ground="", core="", **more):
    """Return the parts of a document, by their names; ``more`` stand beside it: styles, theme."""
    beside = {name: f"{name}.xml" for name in more}
    of_all = related(officeDocument="word/document.xml", **{"core-properties": "core.xml"})
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": of_all if core else related(officeDocument="word/document.xml"),
        "word/_rels/document.xml.rels": related(**beside),
        "word/document.xml": f"{before}<w:document {SPACES}>{ground}<w:body>{''.join(body)}</w:body>"
        "</w:document>",
        **({"core.xml": core} if core else {}),
        **{
            f"word/{name}.xml": text
            if text.startswith("<?")
            else f"<w:{name} {SPACES}>{text}</w:{name}>"
            for name, text in more.items()
        },
    }


def document(*body, strict=False, **more):
    """Return the bytes of a document with these paragraphs: see ``parts_of``."""
    parts = parts_of(*body, **more)
    if strict:
        for space in ("officeDocument", "wordprocessingml", "drawingml"):
            for name, text in parts.items():
                parts[name] = re.sub(
                    rf"{TRANSITIONAL}({space})/2006", r"http://purl.oclc.org/ooxml/\1", text
                )
    return packed(parts)
