using System.Diagnostics;
using System.Text.Json;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>Guests that move from one QEMU to another while they run.</summary>
internal sealed partial class QemuGuest
{
    private string _control = "";

    /// <summary>Boots a guest without this machine's files, of busybox alone: QEMU migrates no guest that has them mounted.</summary>
    /// <param name="folder">For its files, and no other guest's.</param>
    /// <param name="socket">The vhost-user socket, which is connected to.</param>
    /// <param name="queues">Queue pairs, and CPUs that use one each.</param>
    /// <param name="packed">Whether the NIC has packed rings.</param>
    internal static async Task<QemuGuest> BootAloneAsync(TemporaryFolder folder, string socket, int queues, bool packed) =>
        await (await StartAloneAsync(folder, socket, queues, packed)).BootedAsync();

    /// <summary>Starts a QEMU that waits for such a guest of another one.</summary>
    /// <param name="folder">For its files, and no other guest's.</param>
    /// <param name="socket">The vhost-user socket that serves the guest here.</param>
    /// <param name="queues">As there.</param>
    /// <param name="packed">As there.</param>
    /// <param name="arrival">The socket over which the guest comes.</param>
    internal static async Task<QemuGuest> AwaitAsync(TemporaryFolder folder, string socket, int queues, bool packed, string arrival)
    {
        QemuGuest guest = await StartAloneAsync(folder, socket, queues, packed, "-incoming", $"unix:{arrival}");
        try
        {
            // It answers once it listens there.
            using QemuControl control = await QemuControl.ConnectAsync(guest._control, s_patience);
            Assert.Equal("inmigrate", (await control.AskAsync("query-status")).GetProperty("status").GetString());
            return guest;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Begins to move the guest while it runs, and returns when all of its memory was sent once: what is written from now on has to be
    /// sent again. A guest that goes on writing many megabytes stays until <see cref="FinishMigrationAsync"/>.
    /// </summary>
    /// <param name="arrival">The socket on which the other QEMU waits.</param>
    internal async Task BeginMigrationAsync(string arrival)
    {
        using QemuControl control = await QemuControl.ConnectAsync(_control, s_patience);
        await SetLimitsAsync(control, downtimeMilliseconds: 1, megabytesPerSecond: 32);
        await control.AskAsync("migrate", new { uri = $"unix:{arrival}" });
        await AwaitMigrationAsync(control, migration =>
        {
            Assert.NotEqual("completed", migration.GetProperty("status").GetString());
            return migration.TryGetProperty("ram", out JsonElement memory) && memory.GetProperty("dirty-sync-count").GetInt64() >= 2;
        });

        // So slow that the guest, whose CPU may have to wait for one of ours, has always written more than is left.
        await SetLimitsAsync(control, downtimeMilliseconds: 1, megabytesPerSecond: 2);
    }

    /// <summary>Lets the guest go, and waits until it goes on there; this QEMU stays without it.</summary>
    internal async Task FinishMigrationAsync()
    {
        using QemuControl control = await QemuControl.ConnectAsync(_control, s_patience);
        await SetLimitsAsync(control, downtimeMilliseconds: 300, megabytesPerSecond: 1000);
        await AwaitMigrationAsync(control, migration => migration.GetProperty("status").GetString() == "completed");
    }

    private static async Task SetLimitsAsync(QemuControl control, int downtimeMilliseconds, int megabytesPerSecond) => await control.AskAsync(
        "migrate-set-parameters",
        new Dictionary<string, int> { ["downtime-limit"] = downtimeMilliseconds, ["max-bandwidth"] = megabytesPerSecond * 1_000_000 });

    private async Task AwaitMigrationAsync(QemuControl control, Func<JsonElement, bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        JsonElement migration;
        do
        {
            await Task.Delay(20);
            migration = await control.AskAsync("query-migrate");
            Assert.True(
                migration.GetProperty("status").GetString() != "failed" && Stopwatch.GetElapsedTime(start) < s_patience, $"{migration}; {Log}");
        }
        while (!condition(migration));
    }

    private static async Task<QemuGuest> StartAloneAsync(TemporaryFolder folder, string socket, int queues, bool packed, params string[] more)
    {
        string control = folder.PathOf("control");
        string[] image = await ImageAsync("alone");
        QemuGuest guest = Start(
            [.. Machine(image, low: 192, high: 64, folder.PathOf("console.log"), cpus: queues),
            .. Nic(socket, listens: false, queues, packed),
            "-qmp", $"unix:{control},server=on,wait=off", .. more]);
        guest._control = control;
        return guest;
    }
}
