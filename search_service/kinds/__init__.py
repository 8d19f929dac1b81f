"""The declared records and kinds.  Importing this package is what fills the registry and the marks."""

from search_service.kinds.authorisation import AuthorisationKind
from search_service.kinds.capability import CapabilityKind
from search_service.kinds.catalogue_entry import CatalogueEntryKind
from search_service.kinds.certificate import CertificateRecord
from search_service.kinds.institution import InstitutionKind
from search_service.kinds.plan import PlanKind, TopicRecord
from search_service.kinds.registry import REGISTRY
from search_service.kinds.standard import StandardKind
from search_service.kinds.tables import CategoryRecord, ControlQueryRecord, DivisionRecord, SynonymRecord

# The order of files (what is referred to stands first) and, for kinds, of mixed results (docs/ranking.md).
for record in (
    DivisionRecord(),
    CategoryRecord(),
    TopicRecord(),
    SynonymRecord(),
    ControlQueryRecord(),
    StandardKind(),
    InstitutionKind(),
    CertificateRecord(),
    CapabilityKind(),
    AuthorisationKind(),
    PlanKind(),
    CatalogueEntryKind(),
):
    REGISTRY.add(record)

__all__ = ["REGISTRY"]
