import type { AuthorityForm } from './model.ts'
import type { AuthorityState } from './store.ts'

export const formWords: Record<AuthorityForm, string> = {
  KT: 'Ký thay (KT.)',
  TL: 'Ký thừa lệnh (TL.)',
  TUQ: 'Ký thừa ủy quyền (TUQ.)',
}

export const stateWords: Record<AuthorityState, string> = {
  now: 'Đang hiệu lực',
  later: 'Chưa bắt đầu',
  over: 'Đã hết hạn',
  revoked: 'Đã thu hồi',
}

export const authorityPath = '/quan-tri/tham-quyen-ky'
