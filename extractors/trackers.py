"""Which parameters of an address say where its reader came from, and not which page it is.

Names are listed in full, and a name that some sites use for content ("session", "cid") stays: a
tracker that stays makes near-copies, which are found; content that is removed loses a page.
"""

import re

_FAMILIES = re.compile(
    r"utm[_-].*|__utm[a-z]|hsa_.*|_*hs[a-z]{2,3}|elq.*|bsft_.*|sfmc_.*|gad_.*|_branch_.*|guce_.*"
    r"|(?:pk|mtm|matomo|piwik)_(?:campaign|cid|content|group|keyword|kwd|medium|placement|source)"
    r"|at_(?:campaign|custom\d+|format|link|medium|network|term|type)|fb_(?:action_.*|ref|source)"
    r"|(?:sc|itm|ga|ads|ns|cm)_(?:campaign|channel|cid|content|lid|medium|mmc|outcome|source|term)"
    r"|(?:nr_email_)?referr?er.*|__cf_chl_.*|_?trk(?:_.*|campaign|info)?|wt_.*|mc_(?:cid|eid|id|tc)"
    r"|vero_(?:conv|id)|oly_(?:anon|enc)_id|ml_subscriber.*|[a-z]+_(?:campaign|medium)|campaign_id"
    r"|aff(?:iliate)?_?id|[a-z]*_?click_?id|soc_(?:src|trk)|sp(?:job|mailing|report|user)id|_k[ex]"
    r"|ran(?:ea|m|site)id|mk(?:cid|evt|rid|scid)|amp_(?:ct|gsa|js_v|kit|r|sig|tf)|dm_[it]"
)
_NAMES = frozenset(
    "gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid twclid ttclid li_fat_id yclid ysclid "
    "rdt_cid epik cjevent awc tduid zanpid sscid campid ef_id s_kwcid s_cid _openstat mkt_tok "
    "hsctatracking hslang ck_subscriber_id __s _cldee bt_ee emci emdi dub_id __readwiselocation "
    "igshid igsh mibextid ref_src ref_url __twitter_impression sharer gi wprov lipi trackingid "
    "spm sfnsn replytocom xtor cmpid ncid ocid icid smid smtyp mbid guccounter wpisrc "
    "triedredirect isfreemail ref ref_ source _ga _gl sca_esv usqp amp outputtype print printable "
    "phpsessid jsessionid".split()
)
# On these sites these names, too, do not change the page.
_OF_SITES = {
    "substack.com": "r s token publication_id post_id",
    "medium.com": "sk",
    "youtube.com": "si feature pp ab_channel app",
    "x.com": "s t",
    "reddit.com": "share_id rdt context",
    "linkedin.com": "originalsubdomain rcm",
    "notion.so": "pvs",
    "github.com": "plain raw tab token",
    "blogspot.com": "m",
}


def is_tracker(name: str, host: str) -> bool:
    """Return whether the parameter ``name`` of an address on ``host`` does not change the page."""
    name = name.lower()
    of_site = (names for site, names in _OF_SITES.items() if f".{host}".endswith(f".{site}"))
    return name in _NAMES or name in next(of_site, "").split() or bool(_FAMILIES.fullmatch(name))
