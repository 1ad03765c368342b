// The API definition of /ogc: OpenAPI 3.0, with every parameter that is taken.
import { mostFeatures } from './questions.ts'

const parameter = (name: string, where: 'query' | 'path', description: string, schema: object) => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema,
})

const text = { type: 'string' }
const f = parameter('f', 'query', 'Dạng trả lời; chỉ có json.', { type: 'string', enum: ['json'] })
const id = parameter('collectionId', 'path', 'Mã bộ đối tượng.', text)
const featureId = parameter('featureId', 'path', 'Mã đối tượng.', text)
const items = [
  parameter('limit', 'query', 'Số đối tượng nhiều nhất một trang.', {
    type: 'integer',
    minimum: 1,
    maximum: mostFeatures,
    default: 100,
  }),
  {
    ...parameter('bbox', 'query', 'Khung: tây, nam, đông, bắc theo CRS84.', {
      type: 'array',
      minItems: 4,
      maxItems: 6,
      items: { type: 'number' },
    }),
    style: 'form',
    explode: false,
  },
  {
    ...parameter('datetime', 'query', 'Thời điểm hoặc khoảng thời gian RFC 3339.', text),
    style: 'form',
    explode: false,
  },
  parameter('after', 'query', 'Mã đối tượng cuối của trang trước; lấy từ liên kết next.', text),
]

const answer = (description: string, type = 'application/json') => ({
  description,
  content: { [type]: { schema: { type: 'object' } } },
})

const operation = (operationId: string, summary: string, parameters: object[], type?: string) => ({
  get: {
    operationId,
    summary,
    parameters: [...parameters, f],
    responses: {
      200: answer(summary, type),
      400: answer('Tham số sai hoặc không có.', 'application/problem+json'),
      401: answer('Chưa đăng nhập.', 'application/problem+json'),
      404: answer('Không có, hoặc không được xem.', 'application/problem+json'),
    },
  },
})

export const describeFace = (root: string) => ({
  openapi: '3.0.3',
  info: { title: 'Bản đồ: OGC API Features', version: '1.0.0' },
  servers: [{ url: root }],
  paths: {
    '/': operation('getLandingPage', 'Trang đầu', []),
    '/conformance': operation('getConformanceDeclaration', 'Các lớp tuân thủ', []),
    '/api': operation('getApi', 'Mô tả này', [], 'application/vnd.oai.openapi+json;version=3.0'),
    '/collections': operation('getCollections', 'Các bộ đối tượng', []),
    '/collections/{collectionId}': operation('describeCollection', 'Một bộ đối tượng', [id]),
    '/collections/{collectionId}/items': operation('getFeatures', 'Đối tượng', [id, ...items], 'application/geo+json'),
    '/collections/{collectionId}/items/{featureId}': operation(
      'getFeature',
      'Một đối tượng',
      [id, featureId],
      'application/geo+json',
    ),
  },
})
