using System.Runtime.ExceptionServices;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Pci;

/// <summary>
/// Which kernel driver a function belongs to: shown, changed and put back. A change is a transaction: when one function of a set
/// cannot be changed, those before it go back to where they were.
/// </summary>
/// <remarks>
/// Taking a function from a driver waits until that has let go, and vfio-pci does so only once the process that uses the function
/// has closed it.
/// </remarks>
internal sealed class PciBinding
{
    /// <summary>The driver that gives a function to a process behind an IOMMU.</summary>
    internal const string VfioDriver = "vfio-pci";

    /// <summary>The driver that gives a function to a process without an IOMMU.</summary>
    internal const string UioDriver = "uio_pci_generic";

    private const string Operation = "bind driver";
    private const string SeeLog = "the kernel log (dmesg) says why";

    private readonly SysfsTree _tree;
    private readonly BindingRecord _record;

    /// <summary>Creates it for a machine, or for a test's tree.</summary>
    internal PciBinding(SysfsTree tree, BindingRecord record)
    {
        _tree = tree;
        _record = record;
    }

    /// <summary>Functions that were bound or unbound here and not restored since.</summary>
    internal IReadOnlyList<PciAddress> Changed => _record.Addresses;

    /// <summary>The shell command that binds one function, for remedies; root's, because a redirection is the shell's.</summary>
    internal static string CommandFor(PciFunction function, string driver)
    {
        string folder = PciInventory.FolderOf(function.Address);
        string unbind = function.Driver is null ? "" : $"echo {function.Address} > {folder}/driver/unbind && ";
        return $"modprobe {driver} && echo {driver} > {folder}/driver_override && {unbind}echo {function.Address} > /sys/bus/pci/drivers_probe";
    }

    /// <summary>Gives functions to a driver, all or none, and remembers where they were.</summary>
    /// <param name="addresses">The functions.</param>
    /// <param name="driver">The kernel driver's name: <see cref="VfioDriver"/>, <see cref="UioDriver"/> or another.</param>
    /// <param name="force">Take the interface that carries the default route too.</param>
    /// <returns>With <see cref="VfioDriver"/>, the groups of these functions that are not viable even so; <see cref="IommuGroup.Explain"/> says why.</returns>
    /// <exception cref="PollIOException">One is missing, a bridge, carries the default route, or the kernel refused; nothing is changed then.</exception>
    internal IReadOnlyList<IommuGroup> Bind(IReadOnlyList<PciAddress> addresses, string driver, bool force = false)
    {
        PciFunction[] functions = [.. addresses.Distinct().Select(Require)];
        if (!_tree.HasDriver(driver))
        {
            throw HardwareCheck.DriverNotLoaded(driver, Operation);
        }

        Array.ForEach(functions, RefuseBridge);
        PciFunction[] others = [.. functions.Where(function => function.Driver != driver)];
        RefuseDefaultRoutes(others, force);
        Change(others, function => Move(function, driver));
        return driver == VfioDriver
            ? [.. functions.Select(function => function.Group).OfType<int>().Distinct().Select(number => IommuGroup.Read(_tree, number)).Where(group => !group.IsViable)]
            : [];
    }

    /// <summary>Takes functions from their driver, all or none; they belong to none then.</summary>
    /// <exception cref="PollIOException">One is missing, carries the default route, or the kernel refused; nothing is changed then.</exception>
    internal void Unbind(IReadOnlyList<PciAddress> addresses, bool force = false)
    {
        PciFunction[] bound = [.. addresses.Distinct().Select(Require).Where(function => function.Driver is not null)];
        RefuseDefaultRoutes(bound, force);
        Change(bound, Detach);
    }

    /// <summary>
    /// Puts functions back where they were before the first <see cref="Bind"/> or <see cref="Unbind"/>; without a record of it, takes
    /// them from whoever asked for them by name and leaves the choice to the kernel. One that fails keeps no other from its driver.
    /// </summary>
    /// <exception cref="PollIOException">One is missing, carries the default route, or the kernel refused; the first of these.</exception>
    internal void Restore(IReadOnlyList<PciAddress> addresses, bool force = false)
    {
        PollIOException? first = null;
        foreach (PciAddress address in addresses.Distinct())
        {
            try
            {
                Restore(address, force);
            }
            catch (PollIOException e)
            {
                first ??= e;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private void Restore(PciAddress address, bool force)
    {
        if (PciInventory.Read(_tree, address) is not { } function)
        {
            // Another device in its place would not belong to that driver.
            _record.Forget(address);
            throw HardwareCheck.NoSuchDevice(_tree, address, Operation);
        }

        if (_record.Find(address) is { } former)
        {
            if (function.Driver != former.Driver)
            {
                RefuseDefaultRoutes([function], force);
            }

            PutBack(function, former);
            _record.Forget(address);
        }
        else
        {
            LeaveToKernel(function, force);
        }
    }

    private void LeaveToKernel(PciFunction function, bool force)
    {
        // A driver that the kernel chose itself stays: its interface may be in use.
        bool wasAskedFor = function.Driver is { } driver && (driver == function.Override || driver is VfioDriver or UioDriver);
        if (wasAskedFor)
        {
            RefuseDefaultRoutes([function], force);
        }

        if (function.Override is not null)
        {
            Write(function, "driver_override", "\n");
        }

        if (wasAskedFor)
        {
            Detach(function);
        }

        if (wasAskedFor || function.Driver is null)
        {
            Probe(function);
        }
    }

    private void Change(IEnumerable<PciFunction> functions, Action<PciFunction> change)
    {
        var begun = new List<(PciFunction Function, bool IsNew)>();
        try
        {
            foreach (PciFunction function in functions)
            {
                // Recorded first, so that a function which half went over is put back too, and a crash in between leaves a trace.
                begun.Add((function, _record.Remember(function.Address, FormerOf(function))));
                change(function);
            }
        }
        catch (PollIOException e)
        {
            string[] stranded = [.. Enumerable.Reverse(begun).Where(entry => !TryUndo(entry.Function, entry.IsNew)).Select(entry => entry.Function.Address.ToString())];
            if (stranded.Length == 0)
            {
                throw;
            }

            throw new PollIOException(e.Operation, e.Device, $"{e.Reason}; what could not be put back: {string.Join(", ", stranded)}", e.Errno, e.Remedy, e);
        }
    }

    private bool TryUndo(PciFunction before, bool isNew)
    {
        try
        {
            if (PciInventory.Read(_tree, before.Address) is { } now)
            {
                PutBack(now, FormerOf(before));
            }

            if (isNew)
            {
                _record.Forget(before.Address);
            }

            return true;
        }
        catch (PollIOException)
        {
            // The error that led here is the one to report; the record keeps where the function belongs.
            return false;
        }
    }

    private void PutBack(PciFunction now, FormerBinding former)
    {
        if (now.Override != former.Override)
        {
            Write(now, "driver_override", former.Override + "\n");
        }

        if (now.Driver == former.Driver)
        {
            return;
        }

        if (now.Driver is not null)
        {
            Detach(now);
        }

        if (former.Driver is not { } driver)
        {
            return;
        }

        Probe(now);
        if (DriverOf(now.Address) != driver && _tree.HasDriver(driver))
        {
            // The kernel's match finds another: this one had been asked for by means that left no mark.
            if (DriverOf(now.Address) is not null)
            {
                Detach(now);
            }

            Write(now, "driver_override", driver + "\n");
            Probe(now);
            Write(now, "driver_override", former.Override + "\n");
        }

        if (DriverOf(now.Address) != driver)
        {
            throw Failure(now, $"driver {driver}, which it had before, did not take it back", 0, _tree.HasDriver(driver) ? SeeLog : $"modprobe {driver}, then restore again");
        }
    }

    private void Move(PciFunction function, string driver)
    {
        Write(function, "driver_override", driver + "\n");
        if (function.Driver is not null)
        {
            Detach(function);
        }

        Probe(function);
        string? now = DriverOf(function.Address);
        if (now != driver)
        {
            throw Failure(function, $"the kernel gave it to {now ?? "no driver"} instead of {driver}", 0, SeeLog);
        }
    }

    private void Detach(PciFunction function)
    {
        Write(function, "driver/unbind", function.Address + "\n");
        if (DriverOf(function.Address) is { } still)
        {
            throw Failure(function, $"driver {still} did not let it go", 0, SeeLog);
        }
    }

    private void Probe(PciFunction function)
    {
        int errno = _tree.Write("/sys/bus/pci/drivers_probe", function.Address + "\n");
        if (errno != 0)
        {
            throw Refused(function, "drivers_probe", errno);
        }
    }

    private PciFunction Require(PciAddress address) =>
        PciInventory.Read(_tree, address) ?? throw HardwareCheck.NoSuchDevice(_tree, address, Operation);

    private static void RefuseBridge(PciFunction function)
    {
        if (function.IsBridge)
        {
            throw Failure(function, "it is a PCI bridge", 0, "name the devices behind it instead");
        }
    }

    private void RefuseDefaultRoutes(PciFunction[] functions, bool force)
    {
        foreach (PciFunction function in force ? [] : functions)
        {
            foreach (string name in function.Interfaces)
            {
                if (DefaultRoute.CarriedBy(_tree, name) is { } carrier)
                {
                    string through = carrier == name ? "" : $" through {carrier}";
                    throw Failure(function, $"its interface {name} carries the default route{through}: this machine would lose its network", 0, "force it when that is what you want");
                }
            }
        }
    }

    private string? DriverOf(PciAddress address) => _tree.ReadLinkName(PciInventory.FolderOf(address) + "/driver");

    private void Write(PciFunction function, string attribute, string text)
    {
        int errno = _tree.Write($"{PciInventory.FolderOf(function.Address)}/{attribute}", text);
        if (errno != 0)
        {
            throw Refused(function, attribute, errno);
        }
    }

    private static FormerBinding FormerOf(PciFunction function) => new(function.Driver, function.Override);

    private static PollIOException Refused(PciFunction function, string attribute, int errno) => errno switch
    {
        Errno.EACCES or Errno.EPERM => Failure(function, $"this user may not write its {attribute}", errno, "run it as root (sudo)"),
        Errno.EROFS => Failure(function, $"its {attribute} cannot be written: /sys is read-only here", errno, "run it outside the container, or in one that is --privileged"),
        _ => Failure(function, $"the kernel refused to write its {attribute}", errno, SeeLog),
    };

    private static PollIOException Failure(PciFunction function, string reason, int errno, string remedy) =>
        new(Operation, function.Address.ToString(), reason, errno, remedy);
}
