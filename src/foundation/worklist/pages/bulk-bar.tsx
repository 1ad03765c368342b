import { Button, DecisionBar } from '#ui'

/** Under a list with ticks: how many and which are ticked, and what can be done with them. */
export function InboxBar({ isPile, shown }: { isPile: boolean; shown: string }) {
  return (
    <DecisionBar
      about={<Marks shown={shown} />}
      label="Xử lý các việc đã đánh dấu"
      primary={
        isPile
          ? {
              action: (
                <Button kind="primary" name="viec" value="nhan">
                  Nhận các việc đã đánh dấu
                </Button>
              ),
              consequence: 'Việc chuyển sang danh sách của tôi; người khác thấy là đã có người nhận.',
            }
          : {
              action: (
                <Button kind="primary" name="viec" value="ban-giao">
                  Bàn giao các việc đã đánh dấu
                </Button>
              ),
              consequence: 'Trang sau liệt kê các việc, chọn người nhận và ghi lời nhắn.',
            }
      }
      others={
        isPile
          ? []
          : [
              {
                action: (
                  <Button name="viec" value="tra">
                    Trả về đơn vị
                  </Button>
                ),
                consequence: 'Việc về phần chưa ai nhận để người khác làm.',
              },
            ]
      }
    />
  )
}

function Marks({ shown }: { shown: string }) {
  return (
    <div class="row">
      <p class="muted" data-marks="việc" role="status">
        Đánh dấu các việc cần xử lý cùng lúc trong {shown} việc của trang này.
      </p>
      <button type="button" class="button button-quiet button-small" data-mark-all hidden>
        Đánh dấu hoặc bỏ hết
      </button>
    </div>
  )
}

/** The head gives work of his unit to somebody else of it. */
export function UnitBar({ shown }: { shown: string }) {
  return (
    <DecisionBar
      about={<Marks shown={shown} />}
      label="Xử lý các việc đã đánh dấu"
      primary={{
        action: (
          <Button kind="primary" name="viec" value="ban-giao">
            Giao lại các việc đã đánh dấu
          </Button>
        ),
        consequence: 'Trang sau liệt kê các việc, chọn người nhận và ghi lời nhắn.',
      }}
    />
  )
}
