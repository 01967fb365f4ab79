import '@testing-library/jest-dom/vitest';
import 'temporal-polyfill/global';
import { cleanup } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { session } from '../../src/app/session.svelte';
import { resetClient } from '../../src/lib/gql/client';
import { loadAreas, setLanguage } from '../../src/lib/i18n/i18n.svelte';
import { router } from '../../src/lib/routing/router.svelte';
import { toasts } from '../../src/lib/ui/toasts.svelte';

beforeAll(async () => {
	await setLanguage('en');
	await loadAreas([
		'account',
		'admissions',
		'app',
		'audit',
		'billing',
		'booking',
		'calendars',
		'contracts',
		'deals',
		'home',
		'imports',
		'machines',
		'owners',
		'outages',
		'people',
		'places',
		'portfolio',
		'rentals',
		'secondments',
		'settings',
		'space',
		'time',
		'trainings',
		'units',
	]);
});

beforeEach(() => {
	resetClient();
	session.viewer = null;
	toasts.list = [];
	router.go('/', { replace: true });
	// Regions of the world where the tests run must not change what they read.
	vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['en-GB']);
});

afterEach(() => {
	cleanup();
});
