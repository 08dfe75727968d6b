from .prices import net

print(net)
