import { locale } from '../lib/i18n/i18n.svelte';

/** What the sign-in routes answer: done, or a code with the server's sentence for the person. */
export type AuthAnswer =
	| { readonly kind: 'done' }
	| { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly retryAfterS: number | null }
	| { readonly kind: 'offline' };

async function post(path: string, body: Record<string, string>): Promise<AuthAnswer> {
	let response: Response;
	try {
		response = await fetch(path, {
			method: 'POST',
			credentials: 'same-origin',
			headers: {
				'Content-Type': 'application/json',
				'X-Requested-With': 'incubator',
				'Accept-Language': locale.current,
			},
			body: JSON.stringify(body),
		});
	} catch {
		return { kind: 'offline' };
	}
	if (response.ok) return { kind: 'done' };
	const answer: unknown = await response.json().catch(() => null);
	const { code, message, retryAfterS } = (answer ?? {}) as Record<string, unknown>;
	return {
		kind: 'refused',
		code: typeof code === 'string' ? code : 'ServerFault',
		message: typeof message === 'string' ? message : '',
		retryAfterS: typeof retryAfterS === 'number' ? retryAfterS : null,
	};
}

export const signIn = (email: string, password: string, code?: string): Promise<AuthAnswer> =>
	post('/auth/sign-in', { email, password, ...(code ? { code } : {}) });

export const signOut = (): Promise<AuthAnswer> => post('/auth/sign-out', {});

export const requestPasswordReset = (email: string): Promise<AuthAnswer> =>
	post('/auth/request-password-reset', { email });

export const resetPassword = (token: string, password: string): Promise<AuthAnswer> =>
	post('/auth/reset-password', { token, password });

export const acceptInvitation = (token: string, name: string, password: string): Promise<AuthAnswer> =>
	post('/auth/accept-invitation', { token, name, password });
