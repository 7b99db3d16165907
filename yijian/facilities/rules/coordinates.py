"""坐标：GCJ-02（高德、腾讯地图）与 WGS84（卫星定位）互换，两点距离。

GCJ-02 是在 WGS84 上加的一个平滑偏移，偏移公式公开流传；反算用不动点迭代，误差远小于一毫米。
"""

from math import asin, cos, pi, radians, sin, sqrt

_AXIS = 6378245.0  # 克拉索夫斯基椭球长半轴，米
_ECCENTRICITY = 0.00669342162296594323
_STILL = 1e-10  # 度，约百分之一毫米
_EARTH = 6371008.8  # 地球平均半径，米

Point = tuple[float, float]


def in_china(lon: float, lat: float) -> bool:
    """是否在偏移公式适用的经纬度范围内（度）。"""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _ripple(value: float) -> float:
    return (20.0 * sin(6.0 * value * pi) + 20.0 * sin(2.0 * value * pi)) * 2.0 / 3.0


def _offset(lon: float, lat: float) -> Point:
    x, y = lon - 105.0, lat - 35.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _ripple(x)
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _ripple(x)
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    angle = radians(lat)
    magic = 1.0 - _ECCENTRICITY * sin(angle) ** 2
    north = north * 180.0 / (_AXIS * (1.0 - _ECCENTRICITY) / (magic * sqrt(magic)) * pi)
    return east * 180.0 / (_AXIS / sqrt(magic) * cos(angle) * pi), north


def gcj02_of_wgs84(lon: float, lat: float) -> Point:
    """WGS84 → GCJ-02，度。境外不偏移，原样返回。"""
    if not in_china(lon, lat):
        return lon, lat
    east, north = _offset(lon, lat)
    return lon + east, lat + north


def wgs84_of_gcj02(lon: float, lat: float) -> Point:
    """GCJ-02 → WGS84，度。境外不偏移，原样返回。"""
    if not in_china(lon, lat):
        return lon, lat
    x, y = lon, lat
    for _ in range(20):
        east, north = _offset(x, y)
        moved = abs(lon - east - x) + abs(lat - north - y)
        x, y = lon - east, lat - north
        if moved < _STILL:
            break
    return x, y


def metres_between(a: Point, b: Point) -> float:
    """两点（经度、纬度，度）的球面距离，米。"""
    (lon_a, lat_a), (lon_b, lat_b) = a, b
    half_lat, half_lon = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    slant = sin(half_lat) ** 2 + cos(radians(lat_a)) * cos(radians(lat_b)) * sin(half_lon) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(slant)))
