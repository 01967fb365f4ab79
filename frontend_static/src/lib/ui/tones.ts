import type {
	ApplicationState,
	BillingRunState,
	BookingState,
	CallState,
	CustomerCreditState,
	DealStage,
	FapiaoState,
	InvoiceState,
	OfferState,
	PaymentState,
	ResidencyState,
} from '../../gql/schema';
import type { Tone } from './Pill.svelte';

// One colour a meaning: amber waits for somebody, green is good and over, red is late or lost.
export const paymentTone: Readonly<Record<PaymentState, Tone>> = {
	OPEN: 'info',
	PARTLY_PAID: 'warn',
	PAID: 'good',
	OVERDUE: 'bad',
	CREDITED: 'neutral',
};

export const invoiceTone: Readonly<Record<InvoiceState, Tone>> = {
	DRAFT: 'neutral',
	FINALISED: 'info',
	VOID: 'neutral',
};

export const fapiaoTone: Readonly<Record<FapiaoState, Tone>> = {
	REQUESTED: 'warn',
	ISSUED: 'good',
	RED_LETTER_WAITING: 'warn',
	RED_LETTER_ISSUED: 'good',
};

export const applicationTone: Readonly<Record<ApplicationState, Tone>> = {
	SUBMITTED: 'warn',
	OFFERED: 'info',
	ACCEPTED: 'good',
	DECLINED: 'neutral',
	WITHDRAWN: 'neutral',
};

export const offerTone: Readonly<Record<OfferState, Tone>> = {
	OPEN: 'warn',
	ACCEPTED: 'good',
	WITHDRAWN: 'neutral',
	EXPIRED: 'bad',
};

export const residencyTone: Readonly<Record<ResidencyState, Tone>> = {
	PENDING: 'warn',
	ACTIVE: 'good',
	ENDED: 'neutral',
};

export const callTone: Readonly<Record<CallState, Tone>> = { PLANNED: 'info', OPEN: 'good', CLOSED: 'neutral' };

export const bookingTone: Readonly<Record<BookingState, Tone>> = {
	PENDING: 'warn',
	CONFIRMED: 'good',
	CANCELLED: 'neutral',
	MOVED: 'neutral',
	DECLINED: 'bad',
	EXPIRED: 'bad',
	RELEASED: 'neutral',
};

export const creditTone: Readonly<Record<CustomerCreditState, Tone>> = {
	OPEN: 'good',
	USED_UP: 'neutral',
	EXPIRED: 'warn',
	WITHDRAWN: 'neutral',
};

export const runTone: Readonly<Record<BillingRunState, Tone>> = {
	ESTIMATING: 'info',
	HELD: 'warn',
	RUNNING: 'info',
	FINISHED: 'good',
	CANCELLED: 'neutral',
};

export const stageTone: Readonly<Record<DealStage, Tone>> = {
	INTRODUCTION: 'neutral',
	NDA: 'neutral',
	SCOPING: 'info',
	NEGOTIATION: 'warn',
	SIGNED: 'accent',
	RUNNING: 'accent',
	COMPLETED: 'good',
	FOLLOW_ON: 'violet',
	LOST: 'bad',
};
