"""Every error casebook raises on purpose, one class per cause.

::

    CasebookError
    ├── InputError                      what was asked cannot be done as asked        exit 2
    │   ├── UnknownId, AmbiguousId
    │   ├── InvalidDecision             a review step that the case's state forbids
    │   ├── GateClosed                  too little of the case is supported for a reader
    │   ├── InvalidSource               neither a web address nor a readable file
    │   └── TextTooLong                 a text to check is beyond the limit
    ├── ConfigurationError              a setting is wrong or missing                 exit 4
    │   └── EmbeddedModelMissing
    ├── FetchError                      stage "fetch"                                 exit 3
    │   ├── FileMissing, FileUnreadable
    │   ├── InvalidUrl, AddressForbidden, RobotsForbid
    │   ├── HostUnreachable*, Offline*, DeadlineExceeded*, BodyTruncated*, TlsFailed
    │   ├── TooManyRedirects, RedirectForbidden, TooLarge, ResponseMalformed
    │   ├── PageMissing (404, 410), PageForbidden (401, 403), ServerFailed* (5xx), ServerBusy* (429)
    │   ├── SourceIsList                a playlist or channel: many sources, not one
    │   ├── VideoUnavailable, VideoPrivate                                            gone for good
    │   ├── VideoBlocked*, VideoRateLimited*, VideoUpcoming*, VideoRunning*           try later
    │   ├── CaptionsUnreadable*                                                       try later
    │   ├── RecordingUnheard, RecordingTooLong, RecordingSilent, SoundUnavailable
    │   ├── VideoForMembers, VideoNotInCountry, VideoAgeRestricted, VideoConsent
    │   ├── VideoRestricted, VideoUnplayable
    │   └── CaptionsDisabled, CaptionsMissing, CaptionsLocked
    ├── ExtractionError                 stage "extract"                               exit 3
    │   ├── KindUnsupported, ContentMismatch (a binary named .html), DocumentEmpty
    │   ├── LoginWall, ConsentWall, Captcha*, Paywall, SoftNotFound, ServiceDown*
    │   ├── RegionBlocked, NeedsJavaScript, BrowserFailed*
    │   ├── Damaged, Encrypted, Scanned
    │   └── ExtractorTimedOut, ExtractorOutOfMemory, ExtractorCrashed, ExtractorUnavailable*
    ├── ModelError                      stages "triage", "summarize"                  exit 3
    │   ├── ProviderUnavailable*, EndpointDown*, RateLimited*                         exit 5
    │   ├── KeyRejected, ModelUnknown, ResponseForeign (no chat completion at all)    exit 4
    │   ├── QuotaExhausted              the account is empty: permanent until it is paid exit 4
    │   ├── BudgetReached, PriceUnknown (with a cap set)                              exit 4
    │   ├── ContextExceeded, AnswerTruncated, AnswerInvalid, AnswerRefused, AnswerFiltered
    │   └── SourceUnread                too much of a long source got no usable answer
    ├── WarehouseError                                                                exit 1
    │   ├── WarehouseLocked*, WarehouseConflict*                                      exit 6
    │   ├── WarehouseMemory*, WarehouseUnreachable*                                   exit 6
    │   ├── BucketSilent*, LockLost*                                                  exit 6
    │   └── WarehouseTooNew, MigrationFailed, DiskFull
    └── PublishError                    stage "publish"                               exit 3

A star marks what may pass by itself: ``transient``. Such a failure is retried with backoff; any
other is recorded and waits for a person, or is ``gone`` for good. None of them is ever a verdict
about a source.

One file for each branch, and ``remedies`` for what is to be done; all are imported from here.
"""

from casebook.schemas.errors.asking import *
from casebook.schemas.errors.extracting import *
from casebook.schemas.errors.fetching import *
from casebook.schemas.errors.models import *
from casebook.schemas.errors.remedies import *
from casebook.schemas.errors.root import *
from casebook.schemas.errors.storing import *
