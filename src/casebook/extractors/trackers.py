"""Which parameters of an address say where its reader came from, and not which page it is.

The cost of the two errors differs: a tracker that stays makes one page two sources, which their
texts give away as near-copies; a name of content that goes makes two pages one source, and the
second is never read. So names are listed in full, families by a prefix that only one vendor uses,
and a name that some sites use for content ("session", "cid", "campaign") stays. What the vendors
call their parameters is public: their own manuals, and the lists by which browsers strip them
(Firefox, Brave, AdGuard, ClearURLs).
"""

import re

_FAMILIES = re.compile(
    r"utm[_-].*|stm_.*|__utm[a-z]|hsa_.*|_?_?hs[a-z]{2,3}|hss_channel|elq.*|bsft_.*|sfmc_.*|iterable.*"
    r"|(?:pk|mtm|matomo|piwik)_(?:campaign|cid|content|group|keyword|kwd|medium|placement|source)"
    r"|at_(?:campaign|creation|custom\d+|emailtype|format|general|link|medium|network|placement"
    r"|ptr_name|recipient.*|send_date|term|type|variant)"
    r"|sc_(?:campaign|category|channel|cid|content|country|customer|detail|eh|geo|l?lid|medium"
    r"|outcome|publisher|segment|src|uid)"
    r"|(?:ga|ads)_(?:ad|adid|campaign|cid|cmpid|content|creative|matchtype|medium|network|place"
    r"|source|term)"
    r"|gad_.*|gs_lc?r?p?|amp_(?:ct|gsa|js_v|kit|latest_update_time|lite|r|sig|tf)|_branch_.*|_trk.*"
    r"|itm_(?:campaign|channel|content|medium|source|term)|ns_(?:campaign|fee|linkname|mchannel|source)"
    r"|(?:guce|nr_email)_refer+er.*|refer+er(?:_.*)?|fb_(?:action_.*|ref|source)|action_.*_map"
    r"|trk(?:_.*|campaign|info)?|wt_.*|wt\.(?:mc_id|srch|tsrc)|cm_(?:cat|ite|mmc\w*|pla|sp|ven)"
    r"|mc_(?:cid|eid|id|tc)|vero_(?:conv|id)|oly_(?:anon|enc)_id|ml_subscriber(?:_hash)?|_bhlid"
    r"|aspsessionid.*|__cf_chl_.*|[a-z]+_(?:campaign|medium)|(?:campaign|adset|ad_?group)_?id"
    r"|aff(?:iliate)?_?id|[a-z]*_?click_?id|dm_[it]|soc_(?:src|trk)|sp(?:job|mailing|report|user)id"
    r"|ran(?:ea|m|site)id|mk(?:cid|evt|rid|scid)|_k[ex]|hmb_source"
)
_NAMES = frozenset(
    # advertisers and shops that pay for a click
    "gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid twclid ttclid li_fat_id yclid ymclid "
    "ysclid qclid obclid oborigurl dicbo tblci rdt_cid sccid epik partnerid aff affi irclickid "
    "irgwc cjevent cjdata awc tduid zanpid sscid clickref campid toolid wickedid wickedsource "
    "rb_clickid ef_id s_kwcid s_cid _openstat vgo_ee "
    # letters and their readers
    "mkt_tok hsctatracking hslang hsutk _hsenc _hsmi ck_subscriber_id __s cio_id mj_campaign _se "
    "_cldee bt_ee bt_ts emci emdi dub_id __readwiselocation "
    # social networks and shared links
    "igshid igsh ig_rid mibextid rdid ref_src ref_url __twitter_impression sharer sr_share gi "
    "wprov lipi trackingid spm scm shareuid sfnsn fb_comment_id replytocom "
    # newspapers
    "xtor cmpid ncid ocid icid intcid smid smtyp mbid ftag taid guccounter reflink "
    "wpisrc unlocked_article_code triedredirect isfreemail showwelcome showwelcomeonshare "
    # measuring, searching, sessions
    "ref ref_ source _ga _gl sca_esv usqp amp outputtype phpsessid jsessionid cfid "
    "cftoken".split()
)
# On these sites these names, too, say nothing of the page.
_OF_SITES = {
    "substack.com": "r s token publication_id post_id",
    "medium.com": "sk responsesopen",
    "youtube.com": "si feature pp ab_channel app",
    "x.com": "s t",
    "reddit.com": "share_id rdt context",
    "linkedin.com": "originalsubdomain rcm",
    "stackoverflow.com": "rq lq noredirect",
    "docs.google.com": "usp ouid rtpof sd",
    "drive.google.com": "usp ouid rtpof sd",
    "notion.so": "pvs",
    "notion.site": "pvs",
    "github.com": "plain raw tab token",
    "dev.to": "comments_sort",
}  # fmt: skip


def is_tracker(name: str, host: str) -> bool:
    """Return whether the parameter ``name`` of an address on ``host`` is none of its page's."""
    name = name.lower()
    if name in _NAMES or _FAMILIES.fullmatch(name):
        return True
    return any(
        name in names.split()
        for site, names in _OF_SITES.items()
        if host == site or host.endswith(f".{site}")
    )
