"""Money's own routes: documents of invoices, and the webhooks of Stripe."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from incubator.billing import service, views
from incubator.billing.errors import SignatureInvalid
from incubator.kernel.errors import DomainError, NotFound
from incubator_graphql import wire
from incubator_graphql.context import Edge, credentials_of
from incubator_graphql.ids import parse

MAX_WEBHOOK_BYTES = 256_000
MAX_SIGNATURE = 2_000


class MoneyRoutes:
    """Answers what is not GraphQL about money."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def routes(self) -> list[BaseRoute]:
        """Return the routes; a webhook needs no session and no token, its signature is its credential."""
        return [
            Route("/documents/invoices/{id}.pdf", self.document, methods=["GET"]),
            Route("/webhooks/stripe/{legal_entity_id:uuid}", self.stripe, methods=["POST"]),
        ]

    async def document(self, request: Request) -> Response:
        """Answer with an invoice's PDF to those who may see the invoice; to others it is not there."""
        invoice_id = _invoice_id(request.path_params["id"])
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
            if invoice_id is None:
                raise NotFound(kind="Invoice")
            invoice = await views.require_invoice(actor, invoice_id)
        except DomainError:
            return Response("Not found\n", 404, media_type="text/plain")
        content = await service.read_document(invoice.id)
        if content is None:
            return Response("The document is being made\n", 404, {"retry-after": "2"}, media_type="text/plain")
        return Response(
            content,
            media_type="application/pdf",
            headers={
                "content-disposition": f'inline; filename="{invoice.number}.pdf"',
                "cache-control": "private, no-cache",
            },
        )

    async def stripe(self, request: Request) -> Response:
        """Take in a webhook: the raw body is verified, kept and acknowledged; the work comes later."""
        legal_entity_id: UUID = request.path_params["legal_entity_id"]
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_WEBHOOK_BYTES:
                return _refused(413, "TooLarge", "The body is too large.")
        try:
            await service.receive_stripe_event(legal_entity_id, bytes(body), request.headers.get("stripe-signature", "")[:MAX_SIGNATURE])
        except SignatureInvalid as refusal:
            return _refused(400, refusal.code, refusal.message())
        except NotFound as refusal:
            return _refused(404, refusal.code, refusal.message())
        return Response(status_code=200)


def _invoice_id(text: str) -> UUID | None:
    """Read the id in a document's address: the invoice's global id, or its plain one."""
    found = parse(text)
    if found is not None:
        return found[1] if found[0] == "Invoice" else None
    try:
        return UUID(text)
    except ValueError:
        return None


def _refused(status: int, code: str, message: str) -> Response:
    return Response(wire.encode({"code": code, "message": message}), status, media_type="application/json")
