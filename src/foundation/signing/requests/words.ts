import type { Tone } from '#ui'
import type { MeansOfSigning, RequestState, StepState } from './model.ts'

export const requestsPath = '/ky-so'
export const sessionPath = (id: string): string => `${requestsPath}/phien/${id}`

export const stateWords: Record<RequestState, { word: string; tone: Tone }> = {
  pending: { word: 'Chờ ký', tone: 'info' },
  signed: { word: 'Đã ký', tone: 'done' },
  refused: { word: 'Từ chối', tone: 'danger' },
  expired: { word: 'Quá hạn ký', tone: 'warning' },
  withdrawn: { word: 'Đã rút', tone: 'neutral' },
}

export const stepWords: Record<StepState, { word: string; tone: Tone }> = {
  waiting: { word: 'Chưa đến lượt', tone: 'neutral' },
  current: { word: 'Đang chờ', tone: 'info' },
  signed: { word: 'Đã ký', tone: 'done' },
  refused: { word: 'Từ chối', tone: 'danger' },
  dropped: { word: 'Không ký nữa', tone: 'neutral' },
}

export const meansWords: Record<MeansOfSigning, string> = {
  helper: 'thiết bị trên máy người ký',
  remote: 'ký số từ xa, xác nhận trên điện thoại',
  seal: 'con dấu số trên máy chủ',
}

export const helperPath = `${requestsPath}/phan-mem`
export const ownCertificatesPath = `${requestsPath}/chung-thu-cua-toi`
