import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Application } from '../../src/features/admissions/application';
import MakeOfferDialog from '../../src/features/admissions/MakeOfferDialog.svelte';
import ChargeDialog from '../../src/features/contracts/ChargeDialog.svelte';
import { choose } from './support/select';
import { page, serve } from './support/server';

const user = userEvent.setup();
const sites = {
	sites: page([{ id: 's1', name: 'Hamburg', timeZone: 'Europe/Berlin', currency: 'EUR', features: [] }]),
};

test('a charge can fix its tax, at a rate only where one is charged', async () => {
	const server = serve({
		BookableSites: sites,
		SellerProfiles: { sellerProfiles: [{ legalEntity: { id: 'e1', name: 'North GmbH', currency: 'EUR' } }] },
		OrganizationChoices: {
			organizations: page([{ id: 'o1', name: 'Elbe Cell', kind: 'STARTUP', country: 'DE', city: 'Hamburg' }]),
		},
		AddCharge: { addCharge: { charge: { id: 'c1', state: 'OPEN' }, errors: [] } },
	});
	render(ChargeDialog, { onclose: () => {} });
	await user.type(screen.getByRole('combobox', { name: 'Customer' }), 'Elbe');
	await user.click(await screen.findByRole('option', { name: /^Elbe Cell/ }));
	await choose(screen.getByLabelText('Invoiced by'), 'North GmbH');
	await choose(screen.getByLabelText('Site'), 'Hamburg');
	await user.type(screen.getByLabelText('What it is for'), 'Key lost');
	await user.type(screen.getByLabelText('Price'), '40');
	expect(screen.queryByLabelText('Tax rate in percent')).toBeNull();
	await choose(screen.getByLabelText('Tax'), 'Standard rate');
	await user.click(screen.getByRole('button', { name: 'Add a charge' }));
	expect(server.variablesOf('AddCharge')).toEqual([]);
	await user.type(screen.getByLabelText('Tax rate in percent'), '7,5');
	await user.click(screen.getByRole('button', { name: 'Add a charge' }));
	expect(server.variablesOf('AddCharge')).toMatchObject([
		{ input: { taxCategory: 'S', taxRate: '7.5', unitPriceMinor: 4000 } },
	]);
});

test('an offer asks for the deposit of its plan, unless another one was written', async () => {
	const plan = (id: string, amountMinor: number) => {
		return {
			id,
			name: `Plan ${id}`,
			currency: 'EUR',
			deposit: { amountMinor, currency: 'EUR' },
			phases: [{ months: null, per: 'CONTRACT', period: 'MONTH', amount: { amountMinor, currency: 'EUR' } }],
		};
	};
	serve({ OfferChoices: { plans: page([plan('p1', 90_000), plan('p2', 50_050)]), units: page([]) } });
	const site = { id: 's1', name: 'Hamburg', currency: 'EUR', timeZone: 'Europe/Berlin' };
	render(MakeOfferDialog, {
		application: { id: 'a1', site, startup: { name: 'Elbe Cell' } } as unknown as Application,
		onclose: () => {},
	});
	await screen.findByRole('option', { name: 'Plan p1' });
	const deposit = screen.getByLabelText('Deposit');
	await choose(screen.getByLabelText('Plan'), 'Plan p1');
	expect(deposit).toHaveValue('900.00');
	await choose(screen.getByLabelText('Plan'), 'Plan p2');
	expect(deposit).toHaveValue('500.50');
	await user.clear(deposit);
	await user.type(deposit, '1');
	await choose(screen.getByLabelText('Plan'), 'Plan p1');
	expect(deposit).toHaveValue('1');
});
