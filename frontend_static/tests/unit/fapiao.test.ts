import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { describe, expect, test, vi } from 'vitest';
import DocumentsCard from '../../src/features/billing/DocumentsCard.svelte';
import FapiaoCard from '../../src/features/billing/FapiaoCard.svelte';
import FapiaoDialog from '../../src/features/billing/FapiaoDialog.svelte';
import { fileName, type Invoice, kilobytes, sha256Of } from '../../src/features/billing/invoice';
import * as moneyData from './support/moneyData';
import { signInAs } from './support/people';
import { serve } from './support/server';

const user = userEvent.setup();
const press = (name: string | RegExp) => user.click(screen.getByRole('button', { name }));
const requested = {
	kind: 'SPECIAL',
	state: 'REQUESTED',
	number: null as string | null,
	issuedOn: null as string | null,
	confirmation: '',
	requestedAt: '2026-11-03T02:00:00Z',
	requestUrl: '/documents/invoices/i1/fapiao-request.json' as string | null,
	version: 3,
};
const invoiceWith = (changed: object) =>
	({ ...moneyData.invoice, net: { amountMinor: 471_698, currency: 'CNY' }, ...changed }) as unknown as Invoice;

async function findings(container: Element) {
	const { violations } = await axe.run(container, {
		rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
	});
	return violations.map(({ id }) => id);
}

describe('the documents of an invoice', () => {
	const files = [
		{ kind: 'PDF', url: '/documents/invoices/i1.pdf', sha256: 'aa', size: 47_580 },
		{ kind: 'XRECHNUNG', url: '/documents/invoices/i1.xrechnung.xml', sha256: 'bb', size: 300 },
	] as const;

	test('are all there to be downloaded under the invoice’s number', async () => {
		const { container } = render(DocumentsCard, { invoice: invoiceWith({ documents: files }) });

		const links = screen.getAllByRole('link');
		expect(links.map((link) => [link.textContent?.trim(), link.getAttribute('download')])).toEqual([
			['PDF', 'HAM-2026-1001.pdf'],
			['XRechnung', 'HAM-2026-1001.xrechnung.xml'],
		]);
		expect(await findings(container)).toEqual([]);
	});

	test('are announced while they are being made', () => {
		render(DocumentsCard, { invoice: invoiceWith({ documents: [] }) });

		expect(screen.getByText('They are being made.')).toBeInTheDocument();
	});

	test('have a size, and a name that keeps its ending', () => {
		expect([kilobytes(300, 'en'), kilobytes(47_580, 'en')]).toEqual(['1 kB', '46 kB']);
		expect(fileName({ number: null }, files[1])).toBe('invoice.xrechnung.xml');
	});
});

describe('a fapiao', () => {
	test('is asked for by finance', async () => {
		signInAs('finance');
		const server = serve({ RequestFapiao: { requestFapiao: { errors: [], invoice: null } } });
		const { container } = render(FapiaoCard, { invoice: invoiceWith({}) });

		await press('Request the fapiao');

		await waitFor(() => expect(server.variablesOf('RequestFapiao')).toEqual([{ input: { invoiceId: 'i1' } }]));
		expect(await findings(container)).toEqual([]);
	});

	test('of a credit note waits under the number of its sheet', async () => {
		signInAs('finance');
		const server = serve({ StartRedLetter: { startRedLetter: { errors: [], invoice: null } } });
		render(FapiaoCard, { invoice: invoiceWith({ kind: 'CREDIT_NOTE' }) });

		await press('Wait for the red letter');
		expect(server.variablesOf('StartRedLetter')).toEqual([]);
		await user.type(screen.getByLabelText('Confirmation sheet'), '31001');
		await press('Wait for the red letter');

		await waitFor(() =>
			expect(server.variablesOf('StartRedLetter')).toEqual([{ input: { invoiceId: 'i1', confirmation: '31001' } }]),
		);
	});

	test('offers nothing to do to the customer', () => {
		signInAs('owner');
		render(FapiaoCard, { invoice: invoiceWith({ fapiao: requested }) });

		expect(screen.getByText('Requested')).toBeInTheDocument();
		expect(screen.queryByRole('button', { name: 'Record the fapiao' })).toBeNull();
		expect(screen.queryByRole('link')).toBeNull();
	});

	test('that was requested can be downloaded and then recorded', async () => {
		signInAs('finance');
		render(FapiaoCard, { invoice: invoiceWith({ fapiao: requested }) });

		expect(screen.getByRole('link', { name: 'Download the request' })).toHaveAttribute('href', requested.requestUrl);
		await press('Record the fapiao');

		expect(await screen.findByRole('dialog', { name: 'Record the fapiao' })).toBeInTheDocument();
	});

	test('is recorded with what stands on it, and a mismatch is said beside its field', async () => {
		signInAs('finance');
		const refusal = {
			__typename: 'FapiaoMismatch',
			code: 'FapiaoMismatch',
			message: 'net: 1 and 2',
			path: ['input', 'netMinor'],
		};
		const server = serve({ RecordFapiao: { recordFapiao: { errors: [refusal], invoice: null } } });
		const onclose = vi.fn();
		render(FapiaoDialog, { invoice: invoiceWith({ fapiao: requested }), version: 3, onclose });

		await user.type(screen.getByLabelText('Fapiao number'), '26312000000012345678');
		await user.type(screen.getByLabelText('Net'), '4716.98');
		await user.type(screen.getByLabelText('Tax'), '283.02');
		await user.upload(screen.getByLabelText(/Signed XML/), new File(['abc'], 'fapiao.xml', { type: 'text/xml' }));
		await press('Record the fapiao');

		await waitFor(() => expect(server.variablesOf('RecordFapiao')).toHaveLength(1));
		expect(server.variablesOf('RecordFapiao')[0]).toMatchObject({
			input: {
				number: '26312000000012345678',
				netMinor: 471_698,
				taxMinor: 28_302,
				fileSha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
				expectedVersion: 3,
			},
		});
		expect(await screen.findByText('net: 1 and 2')).toBeInTheDocument();
		expect(onclose).not.toHaveBeenCalled();
	});

	test('of a credit note is recorded as a red letter', async () => {
		signInAs('finance');
		const server = serve({ RecordRedLetter: { recordRedLetter: { errors: [], invoice: null } } });
		const onclose = vi.fn();
		render(FapiaoDialog, { invoice: invoiceWith({ kind: 'CREDIT_NOTE', fapiao: requested }), version: 1, onclose });

		await user.type(screen.getByLabelText('Fapiao number'), '26312000000012345678');
		await user.type(screen.getByLabelText('Net'), '1');
		await user.type(screen.getByLabelText('Tax'), '0');
		await press('Record the fapiao');

		await waitFor(() => expect(onclose).toHaveBeenCalled());
		expect(server.variablesOf('RecordRedLetter')).toHaveLength(1);
	});
});

test('the hash of a file is that of its bytes', async () => {
	expect(await sha256Of(new Blob([]))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
