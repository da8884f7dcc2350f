"""A file system in memory that forgets, at a power cut, what was not synced: for the campaign of power-cut.ts.

    python3 unsynced_fs.py MOUNT IMAGE        (needs libfuse 2 and the package fusepy)

Model: ext4 with a journal. fsync of anything makes every earlier change of directories last (creation, rename, removal); data lasts only for the file that is
synced. Writing N to /.cut cuts the power: nothing is applied any more, and what would be on the disk goes into IMAGE. Of data that was not synced, N = 0 loses all,
another N lets each block of 4 KiB reach the disk or not by chance (seeded by N), as a disk does that writes when it likes. A new start with the same IMAGE is the reboot.
FORGETS=1 in the environment makes fsync do nothing, as a disk that lies: the campaign has to find that.
"""
import errno
import os
import pickle
import random
import stat
import sys
import time
from fuse import FUSE, FuseOSError, Operations

BLOCK = 4096
FORGETS = os.environ.get("FORGETS") == "1"


class Node:
    def __init__(self, mode, uid, gid):
        self.mode, self.uid, self.gid, self.links = mode, uid, gid, 1
        self.atime = self.mtime = self.ctime = time.time()
        self.data, self.lasting, self.dirty = bytearray(), bytearray(), set()
        self.entries, self.lasting_entries = {}, {}
        self.target = ""

    def is_folder(self):
        return stat.S_ISDIR(self.mode)


class Unsynced(Operations):
    def __init__(self, image):
        self.image, self.off, self.next, self.open_nodes, self.changed = image, False, 0, {}, set()
        self.syncs = self.writes = 0
        if os.path.exists(image):
            with open(image, "rb") as file:
                self.root = pickle.load(file)
        else:
            self.root = Node(stat.S_IFDIR | 0o777, 0, 0)
            self.root.entries[".cut"] = self.root.lasting_entries[".cut"] = Node(stat.S_IFREG | 0o600, 0, 0)

    def __call__(self, op, path, *args):
        if self.off:
            raise FuseOSError(errno.EIO)
        return super().__call__(op, path, *args)

    def node(self, path):
        at = self.root
        for part in path.split("/"):
            if part == "":
                continue
            if not at.is_folder():
                raise FuseOSError(errno.ENOTDIR)
            at = at.entries.get(part)
            if at is None:
                raise FuseOSError(errno.ENOENT)
        return at

    def parent(self, path):
        head, _, name = path.rpartition("/")
        return self.node(head), name

    def add(self, path, node):
        folder, name = self.parent(path)
        folder.entries[name] = node
        self.changed.add(folder)
        return node

    def handle(self, node):
        self.next += 1
        self.open_nodes[self.next] = node
        return self.next

    # ---- what is there
    def getattr(self, path, fh=None):
        node = self.open_nodes[fh] if fh in self.open_nodes else self.node(path)
        size = len(node.target) if stat.S_ISLNK(node.mode) else len(node.data)
        return dict(st_mode=node.mode, st_uid=node.uid, st_gid=node.gid, st_nlink=2 if node.is_folder() else node.links, st_size=size,
                    st_blocks=(size + 511) // 512, st_atime=node.atime, st_mtime=node.mtime, st_ctime=node.ctime)

    def readdir(self, path, fh):
        return [".", "..", *self.node(path).entries]

    def readlink(self, path):
        return self.node(path).target

    def statfs(self, path):
        return dict(f_bsize=BLOCK, f_frsize=BLOCK, f_blocks=1 << 22, f_bfree=1 << 21, f_bavail=1 << 21, f_files=1 << 20, f_ffree=1 << 19, f_namemax=255)

    # ---- changes of directories
    def made(self, path, mode):
        from fuse import fuse_get_context
        uid, gid, _ = fuse_get_context()
        return self.add(path, Node(mode, uid, gid))

    def mkdir(self, path, mode):
        self.made(path, stat.S_IFDIR | (mode & 0o7777))

    def mknod(self, path, mode, dev):
        self.made(path, mode)

    def create(self, path, mode, fi=None):
        return self.handle(self.made(path, stat.S_IFREG | (mode & 0o7777)))

    def symlink(self, path, target):
        self.made(path, stat.S_IFLNK | 0o777).target = target

    def link(self, path, source):
        node = self.node(source)
        node.links += 1
        self.add(path, node)

    def unlink(self, path):
        folder, name = self.parent(path)
        node = folder.entries.pop(name, None)
        if node is None:
            raise FuseOSError(errno.ENOENT)
        node.links -= 1
        self.changed.add(folder)

    def rmdir(self, path):
        folder, name = self.parent(path)
        if self.node(path).entries:
            raise FuseOSError(errno.ENOTEMPTY)
        del folder.entries[name]
        self.changed.add(folder)

    def rename(self, old, new):
        node = self.node(old)
        (before, name), (after, other) = self.parent(old), self.parent(new)
        held = after.entries.get(other)
        if held is not None and held.is_folder() and held.entries:
            raise FuseOSError(errno.ENOTEMPTY)
        del before.entries[name]
        after.entries[other] = node
        self.changed.update((before, after))

    def chmod(self, path, mode):
        node = self.node(path)
        node.mode = stat.S_IFMT(node.mode) | (mode & 0o7777)

    def chown(self, path, uid, gid):
        node = self.node(path)
        node.uid, node.gid = (node.uid if uid == -1 else uid), (node.gid if gid == -1 else gid)

    def utimens(self, path, times=None):
        node = self.node(path)
        node.atime, node.mtime = times or (time.time(), time.time())

    # ---- data
    def open(self, path, flags):
        node = self.node(path)
        if flags & os.O_TRUNC:
            self.shorten(node, 0)
        return self.handle(node)

    def read(self, path, size, offset, fh):
        return bytes(self.open_nodes[fh].data[offset:offset + size])

    def write(self, path, data, offset, fh):
        if path == "/.cut":
            self.cut(int(data))
            return len(data)
        node = self.open_nodes[fh]
        if offset > len(node.data):
            node.data.extend(bytes(offset - len(node.data)))
        node.data[offset:offset + len(data)] = data
        node.dirty.update(range(offset // BLOCK, (offset + len(data) - 1) // BLOCK + 1))
        node.mtime = time.time()
        self.writes += 1
        return len(data)

    def shorten(self, node, length):
        if length < len(node.data):
            del node.data[length:]
        else:
            node.data.extend(bytes(length - len(node.data)))
        node.dirty.add(length // BLOCK)

    def truncate(self, path, length, fh=None):
        self.shorten(self.open_nodes[fh] if fh in self.open_nodes else self.node(path), length)

    def release(self, path, fh):
        self.open_nodes.pop(fh, None)

    # ---- what lasts
    def fsync(self, path, datasync, fh):
        if FORGETS:
            return
        self.syncs += 1
        self.write_journal()
        node = self.open_nodes[fh]
        if len(node.lasting) != len(node.data):
            del node.lasting[len(node.data):]
            node.lasting.extend(bytes(len(node.data) - len(node.lasting)))
        for block in node.dirty:
            node.lasting[block * BLOCK:(block + 1) * BLOCK] = node.data[block * BLOCK:(block + 1) * BLOCK]
        node.dirty.clear()

    def fsyncdir(self, path, datasync, fh):
        if FORGETS:
            return
        self.syncs += 1
        self.write_journal()

    def write_journal(self):
        for folder in self.changed:
            folder.lasting_entries = dict(folder.entries)
        self.changed.clear()

    def cut(self, seed):
        self.off = True
        chance = random.Random(seed)
        seen, lost = set(), [0, 0]

        def settle(node):
            if id(node) in seen:
                return
            seen.add(id(node))
            if node.is_folder():
                lost[1] += len(set(node.entries) ^ set(node.lasting_entries))
                node.entries = dict(node.lasting_entries)
                for child in node.entries.values():
                    settle(child)
                return
            kept = bytearray(node.lasting)
            for block in sorted(node.dirty):
                if seed != 0 and chance.random() < 0.5:
                    piece = node.data[block * BLOCK:(block + 1) * BLOCK]
                    if len(kept) < block * BLOCK + len(piece):
                        kept.extend(bytes(block * BLOCK + len(piece) - len(kept)))
                    kept[block * BLOCK:block * BLOCK + len(piece)] = piece
                else:
                    lost[0] += 1
            node.data, node.lasting, node.dirty = kept, bytearray(kept), set()

        settle(self.root)
        with open(self.image + ".new", "wb") as file:
            pickle.dump(self.root, file)
        os.replace(self.image + ".new", self.image)
        print("cut: %d blocks and %d entries lost, after %d writes and %d syncs" % (*lost, self.writes, self.syncs), flush=True)


if __name__ == "__main__":
    FUSE(Unsynced(sys.argv[2]), sys.argv[1], foreground=True, nothreads=True, allow_other=True, default_permissions=True, big_writes=True, attr_timeout=0, entry_timeout=0)
