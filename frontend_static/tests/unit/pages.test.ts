import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import type { Component } from 'svelte';
import { describe, expect, test } from 'vitest';
import { router } from '../../src/lib/routing/router.svelte';
import { type PageCase, pages } from './support/page_cases';
import { signInAs } from './support/people';
import { type Answer, serve } from './support/server';

function open({ Page, who, address = '/here', others, main }: PageCase, answer: Answer) {
	signInAs(who);
	router.go(address, { replace: true });
	const server = serve({ ...others, [main]: answer });
	return { ...render(Page as Component<{ id: string }>, { id: 'x1' }), server };
}

const found = (text: string) =>
	screen.findAllByText(
		(content, element) => content.includes(text) || (element?.getAttribute('aria-label')?.startsWith(text) ?? false),
	);

describe.each(pages)('the page: $name', (example) => {
	test('shows the shape of what is coming', () => {
		const { container } = open(example, 'never');
		expect(container.querySelector('[aria-busy="true"]')).not.toBeNull();
		expect(screen.queryByRole('alert')).toBeNull();
	});

	test('says what failed and asks again on request', async () => {
		const { server } = open(example, 'fails');
		const [alert] = await screen.findAllByRole('alert');
		expect(alert).toHaveTextContent('That did not work');
		server.answers[example.main] = example.full;
		const before = server.variablesOf(example.main).length;
		await userEvent.click(screen.getAllByRole('button', { name: 'Try again' })[0] as HTMLElement);
		await waitFor(() => expect(server.variablesOf(example.main).length).toBeGreaterThan(before));
		expect((await found(example.fullText)).length).toBeGreaterThan(0);
	});

	test('says that there is nothing yet', async () => {
		open(example, example.empty);
		expect((await found(example.emptyText)).length).toBeGreaterThan(0);
	});

	test('shows the data, without accessibility findings', async () => {
		const { container } = open(example, example.full);
		expect((await found(example.fullText)).length).toBeGreaterThan(0);
		// Colours are compared in the browser tests; a page alone has no landmarks around it.
		const { violations } = await axe.run(container, {
			rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
		});
		expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
	});
});
