"""Which parameters of an address say where its reader came from, and not which page it is.

The two errors differ in cost: a tracker that stays makes one page two sources, which are found as
near-copies; a name of content that is removed makes two pages one source, and the second is never
read. So names are listed in full, and a name that some sites use for content ("session", "cid",
"campaign") stays. The names are those of the lists by which browsers strip them (Firefox, Brave,
AdGuard, ClearURLs).
"""

import re

_FAMILIES = re.compile(
    r"utm[_-].*|__utm[a-z]|hsa_.*|_*hs[a-z]{2,3}|hss_channel|elq.*|bsft_.*|sfmc_.*|gad_.*|gs_lc?r?p?"
    r"|(?:pk|mtm|matomo|piwik)_(?:campaign|cid|content|group|keyword|kwd|medium|placement|source)"
    r"|at_(?:campaign|creation|custom\d+|emailtype|format|link|medium|network|recipient.*|term|type)"
    r"|(?:sc|itm|ga|ads|ns|cm)_(?:campaign|channel|cid|content|lid|medium|mmc|outcome|source|term)"
    r"|amp_(?:ct|gsa|js_v|kit|r|sig|tf)|_branch_.*|guce_.*|(?:nr_email_)?referr?er.*|__cf_chl_.*"
    r"|fb_(?:action_.*|ref|source)|action_.*_map|_?trk(?:_.*|campaign|info)?|wt_.*|wt\.mc_id"
    r"|mc_(?:cid|eid|id|tc)|vero_(?:conv|id)|oly_(?:anon|enc)_id|ml_subscriber(?:_hash)?"
    r"|[a-z]+_(?:campaign|medium)|(?:campaign|adset|ad_?group)_?id|aff(?:iliate)?_?id"
    r"|[a-z]*_?click_?id|dm_[it]|soc_(?:src|trk)|sp(?:job|mailing|report|user)id|_k[ex]"
    r"|ran(?:ea|m|site)id|mk(?:cid|evt|rid|scid)"
)
_NAMES = frozenset(
    "gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid twclid ttclid li_fat_id yclid ysclid "
    "qclid dicbo tblci rdt_cid sccid epik affi irgwc cjevent cjdata awc tduid zanpid sscid "
    "clickref campid ef_id s_kwcid s_cid _openstat mkt_tok hsctatracking hslang hsutk "
    "ck_subscriber_id __s cio_id mj_campaign _cldee bt_ee bt_ts emci emdi dub_id "
    "__readwiselocation igshid igsh ig_rid mibextid rdid ref_src ref_url __twitter_impression "
    "sharer gi wprov lipi trackingid spm scm sfnsn fb_comment_id replytocom xtor cmpid ncid ocid "
    "icid intcid smid smtyp mbid ftag taid guccounter wpisrc unlocked_article_code triedredirect "
    "isfreemail ref ref_ source _ga _gl sca_esv usqp amp outputtype print printable phpsessid "
    "jsessionid cfid cftoken".split()
)
# On these sites these names, too, do not change the page.
_OF_SITES = {
    "substack.com": "r s token publication_id post_id",
    "medium.com": "sk responsesopen",
    "youtube.com": "si feature pp ab_channel app",
    "x.com": "s t",
    "reddit.com": "share_id rdt context",
    "linkedin.com": "originalsubdomain rcm",
    "docs.google.com": "usp ouid rtpof sd tab",
    "notion.so": "pvs",
    "notion.site": "pvs",
    "github.com": "plain raw tab token",
    "blogspot.com": "m",
}


def is_tracker(name: str, host: str) -> bool:
    """Return whether the parameter ``name`` of an address on ``host`` does not change the page."""
    name = name.lower()
    if name in _NAMES or _FAMILIES.fullmatch(name):
        return True
    return any(
        name in names.split()
        for site, names in _OF_SITES.items()
        if host == site or host.endswith(f".{site}")
    )
