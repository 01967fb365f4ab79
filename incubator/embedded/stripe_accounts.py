"""Gives a legal entity its account at the Stripe simulator: the merchant's name and where its webhooks go."""

import httpx

from incubator.config import StripeAccount


async def open_account(account: StripeAccount, merchant: str, webhook_url: str) -> None:
    """Name the merchant and register the webhook address; doing it again changes nothing.

    Raises:
        httpx.HTTPError: the simulator is not there or refuses.
    """
    headers = {"Authorization": f"Bearer {account.secret_key}"}
    async with httpx.AsyncClient(base_url=account.api_base or "", headers=headers, trust_env=False) as client:
        for path, given in (
            ("/_test/account", {"display_name": merchant[:200]}),
            ("/_test/webhook_endpoint", {"url": webhook_url, "secret": account.webhook_secret}),
        ):
            answer = await client.post(path, json=given)
            answer.raise_for_status()
