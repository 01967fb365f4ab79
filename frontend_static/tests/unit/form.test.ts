import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/lib/gql/mutate';
import { setLanguage } from '../../src/lib/i18n/i18n.svelte';
import FormProbe from './support/FormProbe.svelte';

const done: Outcome<true> = { kind: 'done', payload: true };

describe('a form', () => {
	test('shows what is wrong beside its field and takes the focus to the first', async () => {
		render(FormProbe, { send: async () => done });
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		const name = screen.getByLabelText('Name');
		expect(name).toHaveFocus();
		expect(name).toHaveAccessibleDescription('Please fill this in.');
		expect(screen.getByLabelText('Deposit')).toBeInvalid();
	});

	test('sends what the rules made of the input', async () => {
		const sent: unknown[] = [];
		render(FormProbe, {
			send: async (values: unknown) => {
				sent.push(values);
				return done;
			},
		});
		await userEvent.type(screen.getByLabelText('Name'), '  Nivara ');
		await userEvent.type(screen.getByLabelText('Deposit'), '5');
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		expect(sent).toEqual([{ name: 'Nivara', deposit: 5 }]);
		expect(screen.getByText('done')).toBeInTheDocument();
	});

	test('shows a refusal of the server beside the field that its path names', async () => {
		const refusals = [{ code: 'TooManyDecimals', message: 'Two decimals at most.', path: ['input', 'depositMinor'] }];
		render(FormProbe, { send: async () => ({ kind: 'refused', refusals }) });
		await userEvent.type(screen.getByLabelText('Name'), 'Nivara');
		await userEvent.type(screen.getByLabelText('Deposit'), '5');
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		expect(screen.getByLabelText('Deposit')).toHaveAccessibleDescription('Two decimals at most.');
		expect(screen.getByLabelText('Deposit')).toHaveFocus();
	});

	test('shows what no field is to blame for above the form', async () => {
		const refusals = [{ code: 'OfferClosed', message: 'The offer is closed.', path: [] }];
		render(FormProbe, { send: async () => ({ kind: 'refused', refusals }) });
		await userEvent.type(screen.getByLabelText('Name'), 'Nivara');
		await userEvent.type(screen.getByLabelText('Deposit'), '5');
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		expect(screen.getByRole('alert')).toHaveTextContent('The offer is closed.');
	});

	test('keeps what was typed when the connection breaks', async () => {
		render(FormProbe, { send: async () => ({ kind: 'failed', failure: { kind: 'offline' } }) });
		await userEvent.type(screen.getByLabelText('Name'), 'Nivara');
		await userEvent.type(screen.getByLabelText('Deposit'), '5');
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		expect(screen.getByRole('alert')).toHaveTextContent('No connection');
		expect(screen.getByLabelText('Name')).toHaveValue('Nivara');
	});

	test('speaks the new language after a switch, also about what is wrong already', async () => {
		render(FormProbe, { send: async () => done });
		await userEvent.click(screen.getByRole('button', { name: 'send' }));
		await setLanguage('de');
		expect(screen.getByLabelText('Name')).toHaveAccessibleDescription('Bitte ausfüllen.');
		await setLanguage('en');
	});
});
