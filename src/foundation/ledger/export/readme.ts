/** The page that lies in every bundle: how a stranger checks it, in Vietnamese and English. */
export const bundleReadme = (title: string): string => `# ${title}

## Cách kiểm tra (không cần mạng, không cần tin hệ thống đã lập ra gói này)

Nên tự viết chương trình kiểm tra theo các bước dưới đây. Có sẵn \`kiem-tra.mjs\` (Node 20 trở lên) để dùng ngay:
\`node kiem-tra.mjs THƯ-MỤC KHÓA-CÔNG-KHAI GÓI.zip\`. Có tệp ZIP như đã nhận thì cả những bit mà việc giải nén bỏ qua cũng được kiểm tra.
Khóa công khai phải nhận bằng đường khác (công bố của cơ quan, bản lưu của máy làm chứng), không chỉ lấy từ \`keys.txt\` trong gói.

0. Ghi chú ở cuối tệp ZIP (\`unzip -z\`) có chữ ký: dòng 2 là SHA-256 của mọi byte đứng trước bản ghi kết thúc của ZIP, dòng 3 là số tệp và
   độ dài thư mục của ZIP.
1. \`manifest.note\` là văn bản có chữ ký Ed25519 (C2SP signed-note). Kiểm chữ ký; dòng 2 là SHA-256 của \`manifest.json\`.
   \`manifest.json\` ghi SHA-256 của từng tệp còn lại.
2. \`checkpoint.txt\` là điểm niêm phong đã ký (C2SP tlog-checkpoint): dòng 2 là số bản ghi của cây, dòng 3 là giá trị băm gốc (base64).
3. Mỗi dòng của \`entries.jsonl\` là một bản ghi:
   cam kết = SHA-256(salt ‖ preimage dạng UTF-8); lá = SHA-256(0x00 ‖ cam kết);
   đi theo \`audit_path\` từ vị trí \`leaf_index\` (RFC 6962, mục 2.1.1; nút = SHA-256(0x01 ‖ trái ‖ phải)) phải ra đúng giá trị băm gốc ở bước 2.
   \`preimage\` là nội dung bản ghi dưới dạng JSON chuẩn tắc (RFC 8785).
4. Bản ghi có \`batch\` đại diện cho một lô. Nối \`leaf_hashes\` (mỗi giá trị 32 byte) của lô trong \`batches.jsonl\`, tính MTH (RFC 6962, mục 2.1):
   phải ra \`batch.root\`, và số giá trị phải bằng \`batch.size\`.
5. Mỗi dòng của \`items.jsonl\` là một mục của lô: lá = SHA-256(0x00 ‖ SHA-256(salt ‖ item)); đi theo \`audit_path\` phải ra \`batch.root\`.
6. Nội dung mã hóa nằm trong \`preimage\` ở dạng bản mã. \`bodies.jsonl\` (nếu có) là bản đã mở, được bảo đảm bằng chữ ký ở bước 1;
   "nội dung đã hủy khóa" nghĩa là khóa mã hóa đã bị hủy theo thẩm quyền: không ai đọc được nữa, mọi bằng chứng vẫn đúng.

## How to check (offline, without trusting the system that made this bundle)

Prefer a checker of your own, written from these steps; \`kiem-tra.mjs\` is there for who has none. Get the public key in another way than from
\`keys.txt\`.

0. The comment at the end of the ZIP (\`unzip -z\`) is signed: line 2 is the SHA-256 of every byte before the ZIP's end record, line 3 the number of
   files and the length of the directory. Give the checker the ZIP as it was received: \`node kiem-tra.mjs FOLDER KEY BUNDLE.zip\`.
1. \`manifest.note\` is an Ed25519 signed note (C2SP). Verify it; line 2 is the SHA-256 of \`manifest.json\`, which lists the SHA-256 of each other file.
2. \`checkpoint.txt\` is the signed checkpoint (C2SP tlog-checkpoint): line 2 the size of the tree, line 3 its root in base64.
3. Each line of \`entries.jsonl\`: commitment = SHA-256(salt ‖ preimage); leaf = SHA-256(0x00 ‖ commitment); its \`audit_path\` from \`leaf_index\`
   (RFC 6962, 2.1.1) must lead to the root of step 2. The preimage is the entry as canonical JSON (RFC 8785).
4. An entry with \`batch\` stands for many items: MTH (RFC 6962, 2.1) over the \`leaf_hashes\` of \`batches.jsonl\` must be \`batch.root\`.
5. Each line of \`items.jsonl\`: leaf = SHA-256(0x00 ‖ SHA-256(salt ‖ item)); its \`audit_path\` must lead to \`batch.root\`.
6. Sealed bodies lie in the preimage as ciphertext. \`bodies.jsonl\`, where it is there, holds the opened ones, vouched for by the signature of step 1;
   "nội dung đã hủy khóa": the key was destroyed by right; the proofs hold all the same.
`
