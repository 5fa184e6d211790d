"""Pages of one thing that is sold, laid out as common shop systems lay them out; all words are ours.

Each page holds the same offer (name, description, features, data, questions) between what shops put
around it: menus, a cart drawer, the buttons of the offer, opinions of buyers, other goods.
"""

from collections.abc import Sequence

NAME = "Marsh Lantern 40 Storm Lamp"
DESCRIPTION = (
    (
        "The Marsh Lantern 40 is a lamp for people who walk home after dark along the water. Its glass "
        "is drawn by hand in a small works by the canal, and the burner stays lit in a gale."
    ),
    (
        "We first made it for the lock keepers of our own town, who asked for a light that a gust does "
        "not put out and that a wet glove can trim. It has hung on their boats for nine winters."
    ),
)
FEATURES = (
    "Burns for forty hours on one filling",
    "Trimmed from outside without taking off the glass",
    "Hangs from a rail or stands on a table",
    "Every part can be bought again and fitted at home",
)
DATA = (
    ("Height", "31 cm with the handle up"),
    ("Weight", "1.2 kg when empty"),
    ("Body", "Galvanised steel, painted twice"),
    ("Fuel", "Lamp oil or clear paraffin"),
    ("Tank", "0.9 litres"),
)
QUESTIONS = (
    ("Can it burn indoors?", "Yes, in a room with a window that opens and away from curtains."),
    ("Which wick does it take?", "A flat wick, 22 mm wide; one is fitted and one lies in the box."),
)
OPINIONS = (
    ("Jorun", "Bought two for the porch and my neighbour now wants one as well, lovely glow."),
    ("Petter", "Arrived with a dent in the lid but they sent another within three days."),
    ("Maaike", "A bit heavier than I expected, still my favourite gift of the whole year."),
    ("Colm", "Smokes a little on cheap oil, burns clean on the good stuff, would buy again."),
)
OTHERS = ("Reed Candle Holder", "Heron Oil Can 2 L", "Otter Wick Set", "Bittern Wall Hook")
MENU = ("Lamps", "Oils", "Wicks", "Spare parts", "Journal", "Visit us")

WANTED = "\n".join(
    [
        NAME,
        *DESCRIPTION,
        *FEATURES,
        *(f"{key} {value}" for key, value in DATA),
        *(f"{asked} {answer}" for asked, answer in QUESTIONS),
    ]
)
"""What a reader of any of these pages came for."""


def _each(items: Sequence[str | tuple[str, str]], markup: str) -> str:
    """Return ``markup`` once for each of ``items``, which fill its places."""
    parts = ((item,) if isinstance(item, str) else item for item in items)
    return "".join(markup.format(*part) for part in parts)


_PROSE = _each(DESCRIPTION, "<p>{0}</p>")
_LIST = f"<ul>{_each(FEATURES, '<li>{0}</li>')}</ul>"
_TOP = (
    f"<header class='site-header'><a href='/'>Marsh &amp; Daughters</a><nav><ul>"
    f"{_each(MENU, '<li><a href=/c>{0}</a></li>')}</ul></nav></header>"
)
_END = (
    "<footer class='site-footer'><h2>Stay in touch</h2><form><input type='email'>"
    "<button>Sign up</button></form><ul><li><a href='/s'>Shipping policy</a></li><li>"
    "<a href='/r'>Refund policy</a></li></ul><p>© 2026 Marsh &amp; Daughters</p></footer>"
)


def _page(head: str, body: str, classes: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>{NAME} – Marsh &amp; Daughters</title>{head}"
        f"</head><body class='{classes}'>{_TOP}{body}{_END}</body></html>"
    )


def shopify() -> str:
    """Accordions by ``<details>``, the text once for each width of screen, opinions by a service."""
    rows = _each(DATA, "<p>{0}: {1}</p>")
    asked = _each(
        QUESTIONS,
        (
            "<details><summary><h3 class='accordion__title'>{0}</h3></summary>"
            "<div class='accordion__content rte'><p>{1}</p></div></details>"
        ),
    )
    widths = _each(
        ("small", "medium", "large"),
        "<div class='features features--{0}'>" + _LIST + "</div>",
    )
    opinions = _each(
        OPINIONS,
        (
            "<div class='jdgm-rev'><span class='jdgm-rev__author'>{0}</span>"
            "<div class='jdgm-rev__body'><p>{1}</p></div></div>"
        ),
    )
    others = _each(
        OTHERS,
        (
            "<li class='grid__item'><div class='card'><h3 class='card__heading'>"
            "<a href='/products/x'>{0}</a></h3><div class='price'>Regular price £24</div></div></li>"
        ),
    )
    body = (
        "<cart-drawer class='drawer'><h2 class='cart__empty-text'>Your cart is empty</h2></cart-drawer>"
        f"<main id='MainContent'><section class='shopify-section section'><product-info><div class="
        f"'product__info-container'><div class='product__title'><h1>{NAME}</h1></div><div class='price'>"
        "Regular price £68</div><div class='quantity'>Quantity<button>+</button></div>"
        "<form action='/cart/add'><button name='add'>Add to cart</button></form>"
        f"<div class='product__description rte'>{_PROSE}</div>{widths}<div class='accordion'><details>"
        f"<summary><h2 class='accordion__title'>Materials and size</h2></summary><div class="
        f"'accordion__content rte'>{rows}</div></details></div></div></product-info></section>"
        f"<section class='shopify-section'><div class='collapsible-content'>{asked}</div></section>"
        f"<section class='shopify-section'><div id='judgeme_product_reviews' class='jdgm-widget "
        f"jdgm-review-widget'><h2>Customer Reviews</h2><div>Based on 41 reviews</div>{opinions}</div>"
        f"</section><div id='shopify-section-related-products' class='shopify-section'><product-recommendations><h2>You may also like"
        f"</h2><ul class='grid'>{others}</ul></product-recommendations></div></main>"
    )
    return _page("<meta property='og:type' content='product'>", body)


def woocommerce() -> str:
    """Tabs that links in the page open, closed ones not shown, a table of data, opinions in one."""
    rows = _each(
        DATA,
        ("<tr class='woocommerce-product-attributes-item'><th>{0}</th><td><p>{1}</p></td></tr>"),
    )
    asked = _each(QUESTIONS, "<h3>{0}</h3><p>{1}</p>")
    opinions = _each(
        OPINIONS,
        (
            "<li class='review byuser'><div class='comment_container'><p class='meta'><strong>{0}"
            "</strong></p><div class='description'><p>{1}</p></div></div></li>"
        ),
    )
    others = _each(
        OTHERS,
        (
            "<li class='product'><a href='/shop/x'><h2 class='woocommerce-loop-product__title'>{0}"
            "</h2><span class='price'>£24</span></a><a class='button'>Read more</a></li>"
        ),
    )
    tabs = _each(
        ("description", "additional", "questions", "reviews"),
        "<li role='tab'><a href='#tab-{0}'>{0}</a></li>",
    )
    panel = (
        "<div class='woocommerce-Tabs-panel panel entry-content' id='tab-{}' style='display:none'>"
    )
    body = (
        f"<div id='content'><main id='main'><div class='product'><div class='summary entry-summary'>"
        f"<h1 class='product_title entry-title'>{NAME}</h1><p class='price'>£68</p><div class="
        f"'woocommerce-product-details__short-description'>{_LIST}</div><form class='cart'><button "
        f"class='single_add_to_cart_button'>Add to basket</button></form></div><div class='wc-tabs-"
        f"wrapper'><ul class='tabs wc-tabs' role='tablist'>{tabs}</ul>{panel.format('description')}"
        f"<h2>Description</h2>{_PROSE}</div>{panel.format('additional')}<h2>Additional information</h2>"
        f"<table>{rows}</table></div>{panel.format('questions')}{asked}</div>{panel.format('reviews')}"
        f"<div id='reviews' class='woocommerce-Reviews'><div id='comments'><h2>4 reviews</h2><ol class="
        f"'commentlist'>{opinions}</ol></div></div></div></div><section class='related products'><h2>"
        f"Related products</h2><ul class='products columns-4'>{others}</ul></section></div></main></div>"
    )
    return _page("", body, "product-template-default single single-product woocommerce")


def magento() -> str:
    """Collapsible parts named for their data, opinions as a list, goods to go with it."""
    rows = _each(
        DATA,
        ("<tr><th class='col label' scope='row'>{0}</th><td class='col data'>{1}</td></tr>"),
    )
    asked = _each(QUESTIONS, "<dt>{0}</dt><dd>{1}</dd>")
    opinions = _each(
        OPINIONS,
        (
            "<li class='item review-item'><div class='review-title'>{0}</div>"
            "<div class='review-content'>{1}</div></li>"
        ),
    )
    others = _each(
        OTHERS,
        (
            "<li class='item product product-item'><strong class='product-item-name'><a href='/x'>{0}"
            "</a></strong><span class='price'>£24.00</span><button class='action tocart'>Add</button></li>"
        ),
    )
    title = "<div class='data item title' data-role='collapsible'><a class='switch' href='#{0}'>{1}</a></div>"
    body = (
        f"<main id='maincontent' class='page-main'><div class='product-info-main'><h1 class='page-title'>"
        f"<span>{NAME}</span></h1><div class='price-box'>£68.00</div><div class='stock available'>In stock"
        f"</div><form id='product_addtocart_form'><button class='action primary tocart'>Add to Cart"
        f"</button></form><div class='product attribute overview'>{_LIST}</div></div><div class='product "
        f"info detailed'><div class='data items'>{title.format('description', 'Details')}<div class='data "
        f"item content' id='description'>{_PROSE}<dl>{asked}</dl></div>"
        f"{title.format('additional', 'More Information')}<div class='data item content' id='additional'>"
        f"<table class='data table additional-attributes'>{rows}</table></div>"
        f"{title.format('reviews', 'Reviews')}<div class='data item content' id='reviews'><div class='block "
        f"review-list' id='customer-reviews'><div class='block-title'><strong>Customer Reviews</strong>"
        f"</div><ol class='items review-items'>{opinions}</ol></div></div></div></div><div class='block "
        f"upsell'><div class='block-title title'><strong>We found other products you might like!</strong>"
        f"</div><ol class='products list items product-items'>{others}</ol></div></main>"
    )
    return _page("", body, "catalog-product-view product-marsh-lantern page-layout-1column")


def marketplace() -> str:
    """Points and long text folded above their "Read more", data as labelled points, many opinions."""
    rows = _each(
        DATA,
        (
            "<li><span class='list-item'><span class='text-bold'>{0} : </span><span>{1}</span></span></li>"
        ),
    )
    asked = _each(
        QUESTIONS,
        ("<div class='qa'><p><b>Question:</b> {0}</p><p><b>Answer:</b> {1}</p></div>"),
    )
    opinions = _each(
        OPINIONS * 3,
        (
            "<li class='review'><span class='profile-name'>{0}</span><div class='review-data'><div class="
            "'expander-content reviewText'><span>{1}</span></div></div><span>12 people found this helpful"
            "</span></li>"
        ),
    )
    others = _each(
        OTHERS,
        (
            "<li class='carousel-card'><a href='/dp/x'>{0}</a><div>4.6 out of 5 stars</div><div>£24.00"
            "</div><div>Get it by Friday</div></li>"
        ),
    )
    body = (
        f"<div id='dp-container'><div id='titleSection'><h1 id='title'>{NAME}</h1></div><div id='buybox'>"
        f"<div>£68.00</div><div>Delivery Friday</div><input id='add-to-cart-button' value='Add'></div>"
        f"<div id='feature-bullets'>{_LIST}</div><div id='bookDescription'><p>{DESCRIPTION[0]}</p><div class="
        f"'expander-content' style='display:none'><p>{DESCRIPTION[1]}</p></div><div class='row'><a href='#' "
        f"role='button' aria-expanded='false' class='expander-header'>Read more</a></div></div><div class="
        f"'carousel sims'><h2>Customers also bought</h2><ol>{others}</ol></div><div id='detailBullets'><h2>"
        f"Product details</h2><ul>{rows}</ul></div><div id='ask'>{asked}</div><div id='customerReviews'><h2>"
        f"Customer reviews</h2><div id='histogram'>4.6 out of 5</div><ul class='review-views'>{opinions}</ul>"
        f"</div><div class='carousel history'><h2>Your browsing history</h2><ol>{others}</ol></div></div>"
    )
    return _page("", body)


PAGES: dict[str, tuple[str, str]] = {
    "shopify": ("https://marsh.example/products/marsh-lantern-40", shopify()),
    "woocommerce": ("https://marsh.example/shop/lamps/marsh-lantern-40/", woocommerce()),
    "magento": ("https://marsh.example/marsh-lantern-40-storm-lamp.html", magento()),
    "marketplace": ("https://market.example/Marsh-Lantern/dp/B0MARSH40X", marketplace()),
}
"""For each shop system the address and the markup of a page."""
