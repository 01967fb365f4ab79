"""Composes the schema out of the packages' parts, and nothing else."""

import strawberry

from incubator_graphql.billing.accounts import AccountsQuery
from incubator_graphql.billing.buyers import BuyersMutation, BuyersQuery
from incubator_graphql.billing.charges import ChargesMutation, ChargesQuery
from incubator_graphql.billing.contract_changes import ContractChangesMutation
from incubator_graphql.billing.contracts import ContractsQuery
from incubator_graphql.billing.customer_credits import CustomerCreditsMutation, CustomerCreditsQuery
from incubator_graphql.billing.deposits import DepositsMutation
from incubator_graphql.billing.fapiao import FapiaoMutation
from incubator_graphql.billing.invoice_changes import InvoiceChangesMutation, InvoiceChangesQuery
from incubator_graphql.billing.invoices import InvoicesMutation, InvoicesQuery
from incubator_graphql.billing.plans import PlansMutation, PlansQuery
from incubator_graphql.billing.price_indexes import PriceIndexesMutation, PriceIndexesQuery
from incubator_graphql.billing.runs import BillingRunsMutation, BillingRunsQuery
from incubator_graphql.billing.sellers import SellersMutation, SellersQuery
from incubator_graphql.budget import Buckets
from incubator_graphql.changes import ChangesSubscription
from incubator_graphql.documents import Documents
from incubator_graphql.execution import OperationSchema
from incubator_graphql.importing.mutations import ImportingMutation
from incubator_graphql.limits import Gate
from incubator_graphql.measure import Bounds
from incubator_graphql.notifications.mutations import NotificationsMutation
from incubator_graphql.notifications.queries import NotificationsQuery
from incubator_graphql.organizations.mutations import OrganizationsMutation
from incubator_graphql.organizations.queries import OrganizationsQuery
from incubator_graphql.oversight.mutations import OversightMutation
from incubator_graphql.oversight.queries import OversightQuery
from incubator_graphql.pilots.mutations import PilotsMutation
from incubator_graphql.pilots.queries import PilotsQuery
from incubator_graphql.reports.machine_hours import MachineHoursQuery
from incubator_graphql.reports.portfolio import PortfolioQuery
from incubator_graphql.residencies.closing import ClosingMutation, ClosingQuery
from incubator_graphql.residencies.mutations import ResidenciesMutation
from incubator_graphql.residencies.queries import ResidenciesQuery
from incubator_graphql.secondments.mutations import SecondmentsMutation
from incubator_graphql.secondments.queries import SecondmentsQuery
from incubator_graphql.spaces.allowances import AllowancesQuery
from incubator_graphql.spaces.badges import BadgesMutation, BadgesQuery
from incubator_graphql.spaces.calendars import CalendarMutation, CalendarQuery
from incubator_graphql.spaces.changes import BookingChangesMutation
from incubator_graphql.spaces.checklists import ChecklistsMutation, ChecklistsQuery
from incubator_graphql.spaces.finding import FindingQuery
from incubator_graphql.spaces.mutations import SpacesMutation
from incubator_graphql.spaces.outages import OutageMutation, OutageQuery
from incubator_graphql.spaces.owners import OwnersMutation, OwnersQuery
from incubator_graphql.spaces.photos import PhotosMutation
from incubator_graphql.spaces.places import PlacesMutation, PlacesQuery
from incubator_graphql.spaces.pools import PoolsQuery
from incubator_graphql.spaces.qualifications import QualificationsMutation, QualificationsQuery
from incubator_graphql.spaces.queries import SpacesQuery
from incubator_graphql.spaces.rates import RatesMutation, RatesQuery
from incubator_graphql.spaces.rentals import RentalsMutation, RentalsQuery
from incubator_graphql.spaces.series import SeriesMutation, SeriesQuery
from incubator_graphql.spaces.site_places import SitePlacesQuery
from incubator_graphql.spaces.training_mutations import TrainingsMutation
from incubator_graphql.spaces.trainings import TrainingsQuery
from incubator_graphql.spaces.usage import UsageMutation, UsageQuery
from incubator_graphql.spaces.waiting import WaitingMutation, WaitingQuery


@strawberry.type(description="Everything that can be read. Lists come in pages and hold what the viewer may see.")
class Query(
    OversightQuery,
    NotificationsQuery,
    PilotsQuery,
    SecondmentsQuery,
    PlansQuery,
    PortfolioQuery,
    MachineHoursQuery,
    InvoicesQuery,
    InvoiceChangesQuery,
    AccountsQuery,
    ContractsQuery,
    ChargesQuery,
    CustomerCreditsQuery,
    PriceIndexesQuery,
    BillingRunsQuery,
    SellersQuery,
    BuyersQuery,
    ResidenciesQuery,
    ClosingQuery,
    SpacesQuery,
    FindingQuery,
    PlacesQuery,
    SitePlacesQuery,
    AllowancesQuery,
    PoolsQuery,
    OwnersQuery,
    RatesQuery,
    UsageQuery,
    WaitingQuery,
    TrainingsQuery,
    QualificationsQuery,
    RentalsQuery,
    ChecklistsQuery,
    BadgesQuery,
    OutageQuery,
    SeriesQuery,
    CalendarQuery,
    OrganizationsQuery,
):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be done. A refusal is in the payload's `errors`, and then nothing was written.")
class Mutation(
    OversightMutation,
    ImportingMutation,
    NotificationsMutation,
    PilotsMutation,
    SecondmentsMutation,
    InvoicesMutation,
    InvoiceChangesMutation,
    BillingRunsMutation,
    PlansMutation,
    ContractChangesMutation,
    ChargesMutation,
    CustomerCreditsMutation,
    PriceIndexesMutation,
    SellersMutation,
    BuyersMutation,
    ResidenciesMutation,
    ClosingMutation,
    SpacesMutation,
    BookingChangesMutation,
    PlacesMutation,
    OwnersMutation,
    PhotosMutation,
    RatesMutation,
    UsageMutation,
    WaitingMutation,
    TrainingsMutation,
    QualificationsMutation,
    RentalsMutation,
    ChecklistsMutation,
    BadgesMutation,
    DepositsMutation,
    FapiaoMutation,
    OutageMutation,
    SeriesMutation,
    CalendarMutation,
    OrganizationsMutation,
):
    """Everything that can be done."""


@strawberry.type(description="What is told without being asked.")
class Subscription(ChangesSubscription):
    """What is told without being asked."""


def make_schema(buckets: Buckets, documents: Documents, bounds: Bounds | None = None) -> OperationSchema:
    """Make the schema with its limits."""
    return OperationSchema(Query, Mutation, Subscription, gate=Gate(bounds or Bounds(), documents, buckets))
