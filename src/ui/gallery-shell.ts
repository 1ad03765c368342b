// What the gallery's page stands in: a menu, a person, a moment.
import type { Shell } from './layout.tsx'

const galleryNow = new Date('2026-11-22T03:05:00Z')

export const galleryShell: Omit<Shell, 'assets'> = {
  product: 'Trầm Hương',
  place: 'Tỉnh Mẫu',
  authority: 'ỦY BAN NHÂN DÂN TỈNH MẪU',
  illustrative: true,
  nav: [
    {
      items: [
        { label: 'Tổng quan điều hành', href: '/gallery', icon: 'home' },
        { label: 'Chỉ tiêu', href: '/chi-tieu', icon: 'chart' },
        { label: 'Bảng xếp hạng', href: '/xep-hang', icon: 'rank' },
        { label: 'Bảng theo đơn vị', href: '/don-vi', icon: 'building' },
      ],
    },
    {
      label: 'Dữ liệu',
      items: [
        { label: 'Nguồn dữ liệu', href: '/nguon', icon: 'database', count: { id: 'nav-count', count: 3 } },
        { label: 'Trách nhiệm cập nhật dữ liệu', href: '/trach-nhiem', icon: 'calendar' },
        { label: 'Phân tích quy trình', href: '/quy-trinh', icon: 'flow' },
      ],
    },
    { label: 'Quản trị', items: [{ label: 'Tổ chức và người dùng', href: '/quan-tri', icon: 'settings' }] },
  ],
  account: {
    name: 'Nguyễn Thị Minh Họa',
    position: 'Phó Giám đốc',
    organisation: 'Sở Khoa học và Công nghệ',
    links: [{ label: 'Tài khoản của tôi', href: '/tai-khoan' }],
    signOutAction: '/dang-xuat',
  },
  headLinks: [
    {
      label: 'Thông báo',
      href: '/thong-bao',
      icon: 'bell',
      count: { id: 'so-thong-bao', count: 12, most: 100, unit: 'chưa đọc' },
    },
  ],
  search: { action: '/tim', label: 'Tìm chỉ tiêu, đơn vị, hồ sơ' },
  appearance: { theme: 'light', text: 'normal' },
  appearanceAction: '/hien-thi',
  now: galleryNow,
  address: '/gallery?donVi=h32',
  csrf: 'token-of-the-gallery',
  footer: [{ label: 'Trợ giúp', href: '/tro-giup' }],
}

export const ago = (minutes: number) => new Date(galleryNow.getTime() - minutes * 60_000)
