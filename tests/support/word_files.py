"""Word documents that tests write, part by part, in the XML that word processors write."""

import io
import zipfile

_SCHEMAS = "http://schemas.openxmlformats.org/"
_SPACES = (
    f'xmlns:w="{_SCHEMAS}wordprocessingml/2006/main" '
    f'xmlns:mc="{_SCHEMAS}markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
)
_CORE = (
    '<cp:coreProperties xmlns:cp="x" xmlns:dc="http://purl.org/dc/elements/1.1/">{}'
    "</cp:coreProperties>"
)


def run(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs, style="", more=""):
    """Return a paragraph of texts and elements; ``more`` are its properties."""
    inside = "".join(one if one.startswith("<") else run(one) for one in runs)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inside}</w:p>"


def table(*rows, more="", cell=""):
    """Return a table of rows of cells, each a text or its elements."""
    lines = (
        "".join(f"<w:tc>{cell}{c if c.startswith('<') else paragraph(c)}</w:tc>" for c in cells)
        for cells in rows
    )
    body = "".join(f"<w:tr>{line}</w:tr>" for line in lines)
    return f"<w:tbl><w:tblPr>{more}</w:tblPr>{body}</w:tbl>"


def style(name, more="", kind="paragraph"):
    """Return a style; its id is its name without spaces."""
    known = name.replace(" ", "")
    return f'<w:style w:type="{kind}" w:styleId="{known}"><w:name w:val="{name}"/>{more}</w:style>'


def parts_of(*body, styles="", core="", before="", **more):
    """Return the parts of a document by their names; ``more`` are other parts beside it."""
    beside = {"styles": styles, **more}
    return {
        "word/document.xml": f"{before}<w:document {_SPACES}><w:body>{''.join(body)}</w:body></w:document>",
        **{
            f"word/{name}.xml": f"<w:{name} {_SPACES}>{text}</w:{name}>"
            for name, text in beside.items()
        },
        "docProps/core.xml": _CORE.format(core),
    }


def packed(parts, method=zipfile.ZIP_DEFLATED):
    """Return the bytes of an archive with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


def document(*body, **more):
    """Return the bytes of a document with these paragraphs: see ``parts_of``."""
    return packed(parts_of(*body, **more))
