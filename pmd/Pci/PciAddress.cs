using System.Globalization;

namespace PollIO.Pmd.Pci;

/// <summary>Where a PCI function sits: domain, bus, device, function, as in <c>0000:03:00.0</c>.</summary>
public readonly record struct PciAddress(ushort Domain, byte Bus, byte Device, byte Function)
{
    /// <summary>Reads <c>0000:03:00.0</c>, or <c>03:00.0</c> for domain 0, in hexadecimal.</summary>
    /// <returns>Whether it is an address: at most 32 devices a bus, 8 functions a device.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out PciAddress address)
    {
        address = default;
        int dot = text.LastIndexOf('.');
        if (dot < 0 || text.Count(':') is not (1 or 2))
        {
            return false;
        }

        int colon = text.LastIndexOf(':');
        ReadOnlySpan<char> head = text[..Math.Max(colon, 0)];
        int first = head.IndexOf(':');
        ushort domain = 0;
        if (colon > dot
            || (first >= 0 && !TryParseHex(head[..first], 4, out domain))
            || !TryParseHex(head[(first + 1)..], 2, out ushort bus)
            || !TryParseHex(text[(colon + 1)..dot], 2, out ushort device)
            || !TryParseHex(text[(dot + 1)..], 1, out ushort function)
            || device > 31
            || function > 7)
        {
            return false;
        }

        address = new PciAddress(domain, (byte)bus, (byte)device, (byte)function);
        return true;
    }

    /// <summary>As sysfs writes it: <c>0000:03:00.0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function:x}");

    private static bool TryParseHex(ReadOnlySpan<char> text, int maxDigits, out ushort value)
    {
        value = 0;
        return text.Length <= maxDigits && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
