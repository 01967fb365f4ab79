"""What billing does by itself for taxes: VAT ids that were written or are old, exchange rates of the day."""

from datetime import date

from incubator.billing import ecb, vat_checks
from incubator.kernel import outbox, work
from incubator.organizations.events import VatIdWritten


@outbox.consumer(VatIdWritten, "ask the register about the VAT ID")
async def order_check(event: VatIdWritten, message_id: object) -> None:
    """Repeats safely: one asking an hour is on the list."""
    await vat_checks.schedule_check(event.vat_id, event.organization_id)


@work.job(vat_checks.CHECK_VAT_ID, remote=True)
async def check_vat_id(item: work.Item) -> None:
    """Repeats safely: a second answer stands beside the first."""
    await vat_checks.check_vat_id(item)


@work.sweep("ask again about VAT IDs")
async def check_old_answers() -> None:
    """Repeats safely: what is on the list stays there once."""
    await vat_checks.check_old_answers()


@work.job(ecb.READ_RATES, remote=True)
async def read_rates(item: work.Item) -> None:
    """Repeats safely: a day's rates are kept once."""
    await ecb.read_rates(date.fromisoformat(item.period))


@work.sweep("read the exchange rates of the day")
async def schedule_reading() -> None:
    """Repeats safely: one reading a day is on the list."""
    await ecb.schedule_reading()
