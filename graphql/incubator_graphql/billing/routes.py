"""Money's own routes: documents of invoices, and the webhooks of Stripe."""

from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from incubator.billing import service, views
from incubator.billing.errors import SignatureInvalid
from incubator.kernel.errors import DomainError, NotFound
from incubator_graphql import wire
from incubator_graphql.billing.document_types import ENDINGS, DocumentKind
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
            Route("/documents/invoices/{id}/fapiao-request.json", self.fapiao_request, methods=["GET"]),
            *[
                Route(f"/documents/invoices/{{id}}.{ending}", partial(self.document, kind=kind), methods=["GET"])
                for kind, ending in ENDINGS.items()
            ],
            Route("/webhooks/stripe/{legal_entity_id:uuid}", self.stripe, methods=["POST"]),
        ]

    async def document(self, request: Request, kind: DocumentKind) -> Response:
        """Answer with a file of an invoice to those who may see the invoice; to others it is not there."""
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
            invoice = await views.require_invoice(actor, _invoice_id(request))
        except DomainError:
            return Response("Not found\n", 404, media_type="text/plain")
        content = await service.read_document(invoice.id, kind.value)
        if content is None and (invoice.has_document or kind is not DocumentKind.PDF):
            return Response("Not found\n", 404, media_type="text/plain")
        if content is None:
            return Response("The document is being made\n", 404, {"retry-after": "2"}, media_type="text/plain")
        is_pdf = kind is DocumentKind.PDF
        shown = "inline" if is_pdf else "attachment"  # an XML that the browser shows would be a page of our origin
        return _file(content, "application/pdf" if is_pdf else "application/xml", f'{shown}; filename="{invoice.number}.{ENDINGS[kind]}"')

    async def fapiao_request(self, request: Request) -> Response:
        """Answer with what to hand to the tax platform of China, to finance of the seller; to others it is not there."""
        try:
            actor = await self._edge.admission.actor_for(credentials_of(request), request)
            found = await service.fapiao_request(actor, _invoice_id(request))
        except DomainError:
            return Response("Not found\n", 404, media_type="text/plain")
        return _file(wire.encode(found), "application/json", f'attachment; filename="{found["statement_number"]}.fapiao.json"')

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


def _invoice_id(request: Request) -> UUID:
    """Read the id in a document's address: the invoice's global id, or its plain one."""
    text = request.path_params["id"]
    found = parse(text)
    try:
        if found is None:
            return UUID(text)
    except ValueError as error:
        raise NotFound(kind="Invoice") from error
    if found[0] != "Invoice":
        raise NotFound(kind="Invoice")
    return found[1]


def _file(content: bytes | str, media_type: str, disposition: str) -> Response:
    return Response(content, media_type=media_type, headers={"content-disposition": disposition, "cache-control": "private, no-cache"})


def _refused(status: int, code: str, message: str) -> Response:
    return Response(wire.encode({"code": code, "message": message}), status, media_type="application/json")
