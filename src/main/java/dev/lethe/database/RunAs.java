package dev.lethe.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL's programs run, which refuse to run as root. Immutable; decided once per start from who runs Lethe
 * and who owns the data directory.
 */
sealed interface RunAs {
    /** What stands before each of PostgreSQL's programs on its command line. */
    List<String> prefix();

    /** Gives a file or a directory with all it holds to the user that PostgreSQL runs as. */
    void give(Path path) throws IOException;

    /** Lethe does not run as root: nothing to do. */
    record Self() implements RunAs {
        @Override
        public List<String> prefix() {
            return List.of();
        }

        @Override
        public void give(Path path) {}
    }

    /**
     * Root without a name: in a user namespace without mappings the kernel's user stays 0, so that the files are root's
     * and private, but the process sees itself as the overflow user and has no capability over anything outside.
     */
    record Nameless() implements RunAs {
        @Override
        public List<String> prefix() {
            return List.of("unshare", "-U", "--");
        }

        @Override
        public void give(Path path) {}
    }

    /**
     * Another user, where namespaces are not allowed (most containers). The data directory is theirs, the keys are not.
     */
    record Other(int user, int group) implements RunAs {
        @Override
        public List<String> prefix() {
            return List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups", "--");
        }

        @Override
        public void give(Path path) throws IOException {
            try (Stream<Path> all = Files.walk(path)) {
                for (Path each : (Iterable<Path>) all::iterator) {
                    Files.setAttribute(each, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
                    Files.setAttribute(each, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }

        /** Mode 0710 with PostgreSQL's group: it may pass through the state directory, not look around in it. */
        private void letThrough(Path stateDir) throws IOException {
            Files.setAttribute(stateDir, "unix:gid", group);
            Files.setPosixFilePermissions(stateDir, PosixFilePermissions.fromString("rwx--x---"));
        }
    }

    /**
     * Chooses for this process. Where the data directory exists, its owner decides; only a directory of root's is given
     * away, when namespaces stopped being allowed.
     *
     * @throws DatabaseProblem when Lethe runs as root and there is no way to drop that, or the data is another user's
     */
    static RunAs choose(Path stateDir, Path dataDir) throws IOException {
        int me = StateDirectory.currentUser();
        boolean exists = Files.isDirectory(dataDir);
        int owner = exists ? StateDirectory.ownerOf(dataDir) : me;
        if (me != 0) {
            if (owner != me) {
                throw new DatabaseProblem("The database in " + dataDir + " belongs to another user (number " + owner
                        + "). Run Lethe as that user.");
            }
            return new Self();
        }
        if (owner == 0 && works(new Nameless(), stateDir)) {
            return new Nameless();
        }
        Other other = owner == 0
                ? account("postgres").or(() -> account("nobody")).orElse(new Other(65534, 65534))
                : new Other(owner, (int) Files.getAttribute(dataDir, "unix:gid"));
        other.letThrough(stateDir);
        if (!works(other, stateDir)) {
            throw new DatabaseProblem(
                    "PostgreSQL refuses to run as root, and root cannot be dropped here: `unshare -U` is not"
                            + " allowed, and `setpriv` is missing, not allowed, or cannot enter " + stateDir
                            + ". Run Lethe as an ordinary user, install util-linux, choose another place with"
                            + " --state-dir (/var/lib/lethe), or use a PostgreSQL of your own with database.url.");
        }
        if (exists && owner == 0) {
            other.give(dataDir);
        }
        return other;
    }

    private static boolean works(RunAs candidate, Path stateDir) throws IOException {
        List<String> command = Stream.concat(
                        candidate.prefix().stream(),
                        Stream.of("test", "-x", stateDir.resolve(".").toString()))
                .toList();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException programMissing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Optional<Other> account(String name) {
        try (Stream<String> lines = Files.lines(Path.of("/etc/passwd"))) {
            return lines.map(line -> line.split(":", -1))
                    .filter(fields -> fields.length > 3 && fields[0].equals(name))
                    .map(fields -> new Other(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])))
                    .findFirst();
        } catch (IOException | NumberFormatException noSuchFile) {
            return Optional.empty();
        }
    }
}
