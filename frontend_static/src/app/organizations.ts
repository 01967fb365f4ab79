import { SwitchOrganization } from '../gql/SwitchOrganization';
import { mutate } from '../lib/gql/mutate';
import { t } from '../lib/i18n/i18n.svelte';
import { router } from '../lib/routing/router.svelte';
import { tell } from '../lib/ui/tell';
import { toasts } from '../lib/ui/toasts.svelte';
import { session } from './session.svelte';

/** Looks at the product for another organisation of the same person from now on. */
export async function switchOrganization(organizationId: string): Promise<void> {
	const outcome = await mutate(SwitchOrganization, { input: { organizationId } });
	if (!tell(outcome, null)) return;
	router.go('/');
	await session.renew();
	toasts.show(t('app:organization.switched', { name: session.viewer?.organization?.name ?? '' }));
}
